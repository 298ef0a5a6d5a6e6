"""Walks the chain and names every entry that was edited, removed or moved. Pure.

A chain cannot see that all of it was written anew, nor, without the head that is kept beside it,
that its tail was cut off: keep `Verification.head` somewhere else to rule that out too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from gatekeeper.ledger.entry import GENESIS, Entry, digest_of


@dataclass(frozen=True, slots=True)
class Head:
    """What the ledger remembers of its last entry, apart from the entry itself.

    Attributes:
        sequence: of the last entry; 0 when there is none.
        digest: of the last entry.
    """

    sequence: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of walking the chain.

    Attributes:
        entries: how many there are.
        head: digest of the last one.
        latest: its time, ISO 8601 in UTC; empty when there is none.
        problems: a sentence for each entry that is not as it was written.
    """

    entries: int
    head: str
    latest: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What an entry has to follow: the entry ahead of it, or the beginning of the ledger."""

    sequence: int = 0
    digest: str = GENESIS
    at: str = ""


def verify(read: Callable[[], Iterable[Entry]], head: Head) -> Verification:
    """Recompute every digest and link.

    Args:
        read: gives the entries in the order of their sequence numbers, as often as it is called;
            they are not held together, for there may be millions.
        head: what the ledger remembers of its last entry.
    """
    walk = _Walk(read)
    problems = list(walk.problems())
    problems += _end(walk, head)
    ahead = walk.ahead
    return Verification(walk.count, ahead.digest, ahead.at, tuple(problems))


def _ahead(entry: Entry) -> _Ahead:
    return _Ahead(entry.sequence, entry.digest, entry.at)


class _Walk:
    """One pass over the chain.

    Attributes:
        count: how many entries were passed.
        last: the last of them.
        ahead: what the next one would have to follow.
    """

    def __init__(self, read: Callable[[], Iterable[Entry]]) -> None:
        self._read = read
        self.count = 0
        self.last: Entry | None = None
        self.ahead = _Ahead()

    def problems(self) -> Iterator[str]:
        """Pass every entry and yield what is wrong with it."""
        revisions: dict[str, int] = {}
        for entry in self._read():
            ahead, expected = self.ahead, revisions.get(entry.stream, 0) + 1
            # the usual case in one question, for there may be millions
            if not _is_next(entry, ahead, expected):
                yield from self._told(entry, expected)
            revisions[entry.stream] = entry.revision
            self.count += 1
            self.last, self.ahead = entry, _ahead(entry)

    def _told(self, entry: Entry, expected: int) -> Iterator[str]:
        yield from _gap(entry, self.ahead)
        yield from _content(entry, self.ahead, self._positions)
        yield from _date(entry, self.ahead)
        yield from _revision(entry, self.ahead, expected)

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        """Where each entry stands, by its digest: asked for only when one was altered."""
        return {entry.digest: entry.sequence for entry in self._read()} | {GENESIS: 0}


def _is_next(entry: Entry, ahead: _Ahead, revision: int) -> bool:
    return (
        entry.sequence == ahead.sequence + 1
        and entry.previous == ahead.digest
        and entry.at >= ahead.at
        and entry.revision == revision
        and digest_of(entry, entry.sequence) == entry.digest
    )


def _gap(entry: Entry, ahead: _Ahead) -> Iterator[str]:
    if entry.sequence > ahead.sequence + 1:
        yield _missing(ahead.sequence + 1, entry.sequence - 1)


def _content(entry: Entry, ahead: _Ahead, positions: Mapping[str, int]) -> Iterator[str]:
    if digest_of(entry, entry.sequence) != entry.digest:
        yield _altered(entry, positions.get(entry.previous, -1) + 1)
    elif entry.previous != ahead.digest:
        yield f"{_name(entry)} does not follow the entry ahead of it: that one was replaced"


def _altered(entry: Entry, home: int) -> str:
    """Say what happened to an entry whose digest is not of what it says now.

    Args:
        entry: which.
        home: the position after the entry that it names as the one ahead of it; 0 for none.
    """
    if home > 0 and digest_of(entry, home) == entry.digest:
        return f"{_name(entry)} was moved: it was written as entry {home}"
    return f"{_name(entry)} was edited: its content does not match its digest"


def _date(entry: Entry, ahead: _Ahead) -> Iterator[str]:
    if entry.at < ahead.at:
        yield f"{_name(entry)} is dated before the entry ahead of it"


def _revision(entry: Entry, ahead: _Ahead, expected: int) -> Iterator[str]:
    # where entries are missing, those of its stream may be among them
    if entry.revision != expected and entry.sequence == ahead.sequence + 1:
        yield f"{_name(entry)} should be revision {expected} of its stream"


def _end(walk: _Walk, head: Head) -> Iterator[str]:
    last = walk.ahead
    if last.sequence < head.sequence:
        yield _missing(last.sequence + 1, head.sequence)
    elif last.sequence > head.sequence:
        yield f"entries after {head.sequence} were added past the ledger: the head is behind"
    elif walk.last is not None and last.digest != head.digest:
        yield f"{_name(walk.last)} is not the entry that was written last"


def _missing(first: int, last: int) -> str:
    return f"entry {first} was removed" if first == last else f"entries {first}–{last} were removed"


def _name(entry: Entry) -> str:
    return f"entry {entry.sequence} (`{entry.kind}` of {entry.stream} by {entry.actor})"
