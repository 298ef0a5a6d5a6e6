"""Hashes of a whole column against the published vectors and a plain-Python oracle."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.staging.fingerprints.siphash import hashes

MASK = (1 << 64) - 1
KEY = bytes(range(16))
# The first eight of the 64 vectors of the reference implementation: the hash of 0, 1, 2, … bytes
# 00 01 02 … under the key 00 01 … 0f, and the one of the paper's appendix (15 bytes).
VECTORS = {
    0: 0x726FDB47DD0E0E31,
    1: 0x74F839C593DC67FD,
    2: 0x0D6C8009D9A94F5A,
    3: 0x85676696D7FB7E2D,
    4: 0xCF2794E0277187B7,
    5: 0x18765564CD99A68D,
    6: 0xCBC9466E58FEE3CE,
    7: 0xAB0200F58B01D137,
    15: 0xA129CA6149BE45E5,
}


def test_the_published_vectors() -> None:
    cells = pa.array([bytes(range(length)) for length in VECTORS], pa.binary())
    assert hashes(cells, KEY).tolist() == list(VECTORS.values())


def rotated(word: int, bits: int) -> int:
    return (word << bits | word >> (64 - bits)) & MASK


def plain(data: bytes, key: bytes) -> int:
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v = [
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    ]

    def sip(rounds: int) -> None:
        for _ in range(rounds):
            v[0] = v[0] + v[1] & MASK
            v[1] = rotated(v[1], 13) ^ v[0]
            v[0] = rotated(v[0], 32)
            v[2] = v[2] + v[3] & MASK
            v[3] = rotated(v[3], 16) ^ v[2]
            v[0] = v[0] + v[3] & MASK
            v[3] = rotated(v[3], 21) ^ v[0]
            v[2] = v[2] + v[1] & MASK
            v[1] = rotated(v[1], 17) ^ v[2]
            v[2] = rotated(v[2], 32)

    padded = data + bytes(-(len(data) + 1) % 8) + bytes([len(data) & 0xFF])
    for start in range(0, len(padded), 8):
        word = int.from_bytes(padded[start : start + 8], "little")
        v[3] ^= word
        sip(2)
        v[0] ^= word
    v[2] ^= 0xFF
    sip(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


@given(st.lists(st.binary(max_size=300), max_size=30), st.binary(min_size=16, max_size=16))
def test_any_column_hashes_as_one_value_after_the_other(cells: list[bytes], key: bytes) -> None:
    expected = [plain(cell, key) for cell in cells]
    assert hashes(pa.array(cells, pa.binary()), key).tolist() == expected


@given(st.lists(st.text(max_size=20), min_size=3, max_size=20))
def test_a_part_of_a_column_hashes_as_the_part(cells: list[str]) -> None:
    column = pa.array(cells, pa.string())
    assert hashes(column.slice(1, 2), KEY).tolist() == hashes(column, KEY)[1:3].tolist()
