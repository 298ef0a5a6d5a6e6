"""SipHash-2-4 of a whole column at once: 64 keyed bits a value, in numpy.

Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), whose test vectors the
tests hold this against. Values of one length are hashed together, so that every step of the
algorithm is one operation over all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Words = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]

KEY_BYTES = 16
_INITIAL = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
_WORD = 8
_AT_ONCE = 8192  # values; their state stays in the processor's cache


def hashes(column: pa.Array, key: bytes) -> Words:
    """Return the hash of each value's bytes.

    Args:
        column: of type string or binary, without nulls.
        key: 16 bytes.
    """
    import numpy as np

    offsets, data = _buffers(column)
    lengths = np.diff(offsets)
    hashed = np.empty(len(column), np.uint64)
    for length, rows in _by_length(lengths):
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            hashed[part] = _of_one_length(data, offsets[part], length, key)
    return hashed


def _buffers(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return where each value begins (one entry more than values), and the bytes of all."""
    import numpy as np
    import pyarrow as pa

    column = column.cast(pa.large_binary())
    _, offsets, data = column.buffers()
    begins = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    return begins, np.frombuffer(data or b"", np.uint8)


def _by_length(lengths: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each length with the rows that have it."""
    import numpy as np

    order = np.argsort(lengths, kind="stable")
    found, starts = np.unique(lengths[order], return_index=True)
    ends = [*starts[1:], len(order)][: len(found)]
    for length, start, end in zip(found, starts, ends, strict=True):
        yield int(length), order[start:end]


def _of_one_length(data: np.ndarray, begins: np.ndarray, length: int, key: bytes) -> Words:
    state = _State(key, len(begins))
    for word in _words(data, begins, length):
        state.absorb(word)
    return state.finished()


def _words(data: np.ndarray, begins: np.ndarray, length: int) -> np.ndarray:
    """Return the values as rows of 64-bit words, the length in the last one's top byte."""
    import numpy as np

    count = length // _WORD + 1
    padded = np.zeros((len(begins), count * _WORD), np.uint8)
    if length:
        windows = np.lib.stride_tricks.sliding_window_view(data, length)
        padded[:, :length] = windows[begins]
    padded[:, -1] = length & 0xFF
    return np.ascontiguousarray(padded.view("<u8").T)


class _State:
    """The four words of every value, changed in place: new arrays would cost as much again."""

    def __init__(self, key: bytes, count: int) -> None:
        import numpy as np

        halves = (int.from_bytes(key[:8], "little"), int.from_bytes(key[8:KEY_BYTES], "little"))
        self._words = [
            np.full(count, word ^ halves[n % 2], np.uint64) for n, word in enumerate(_INITIAL)
        ]
        self._spare = np.empty(count, np.uint64)

    def absorb(self, word: Words) -> None:
        """Take in one word of every value."""
        self._words[3] ^= word
        self._rounds(2)
        self._words[0] ^= word

    def finished(self) -> Words:
        """Return the hashes; the state is used up."""
        import numpy as np

        v0, v1, v2, v3 = self._words
        v2 ^= np.uint64(0xFF)
        self._rounds(4)
        v0 ^= v1
        v2 ^= v3
        v0 ^= v2
        return v0

    def _rounds(self, count: int) -> None:
        v0, v1, v2, v3 = self._words
        for _ in range(count):
            self._mix(v0, v1, 13)
            self._rotate(v0, 32)
            self._mix(v2, v3, 16)
            self._mix(v0, v3, 21)
            self._mix(v2, v1, 17)
            self._rotate(v2, 32)

    def _mix(self, into: Words, other: Words, bits: int) -> None:
        into += other
        self._rotate(other, bits)
        other ^= into

    def _rotate(self, words: Words, bits: int) -> None:
        import numpy as np

        np.right_shift(words, np.uint64(64 - bits), out=self._spare)
        np.left_shift(words, np.uint64(bits), out=words)
        np.bitwise_or(words, self._spare, out=words)
