"""Canaries: made-up values that are put into production, and that no other place can hold.

Each carries its own proof: 80 random bits and 40 bits that only the key can make of them. So one
is known wherever it stands, in a cell of its own or in the middle of a text, and no list of them
has to be kept or carried to staging.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from gatekeeper.staging.text import FOLDED, as_text, unfolded

if TYPE_CHECKING:
    import pyarrow as pa

PREFIX = "gkc"
_RANDOM = 10  # bytes
_PROOF = 5  # bytes
_FORM = re.compile(rf"{PREFIX}([a-z2-7]{{24}})")
# RE2; a canary keeps its form in upper case and behind escapes
_SUSPECT = rf"(?i){PREFIX}[a-z2-7]{{24}}|{FOLDED}"


def make(key: bytes, count: int, random: Callable[[int], bytes]) -> list[str]:
    """Return new canaries.

    Args:
        key: 32 bytes, derived from the secret.
        count: how many.
        random: returns so many random bytes, e.g. `secrets.token_bytes`.
    """
    return [_canary(random(_RANDOM), key) for _ in range(count)]


def _canary(nonce: bytes, key: bytes) -> str:
    return PREFIX + base64.b32encode(nonce + _proof(nonce, key)).decode().lower()


def count(batch: pa.RecordBatch, key: bytes) -> dict[str, int]:
    """Return by column how many cells hold a canary, wherever in the cell."""
    import pyarrow.compute as pc

    found: dict[str, int] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        text = as_text(column)[0].drop_null()
        suspects = unfolded(text.filter(pc.match_substring_regex(text, _SUSPECT)))
        held = sum(any(_found(cell, key)) for cell in suspects.to_pylist())
        found[name] = found.get(name, 0) + held
    return found


def _found(cell: str, key: bytes) -> Iterator[bool]:
    for match in _FORM.finditer(cell.lower()):
        token = base64.b32decode(match[1].upper())
        nonce, proof = token[:_RANDOM], token[_RANDOM:]
        yield hmac.compare_digest(proof, _proof(nonce, key))


def _proof(nonce: bytes, key: bytes) -> bytes:
    return hmac.digest(key, nonce, "sha256")[:_PROOF]
