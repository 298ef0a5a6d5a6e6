"""Canonical bytes, digests and fingerprints.

Canonical JSON is RFC 8785, so that equal evidence always has equal bytes.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value (str, int, float, bool, None, list, dict)."""
    return rfc8785.dumps(value)


def digest(data: bytes) -> str:
    """Return `sha256:` and 64 hex digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def fingerprint(*parts: str | int | None) -> str:
    """Return 32 hex digits that name a finding.

    Pass what identifies it wherever it moves (rule, normalised code, occurrence index) and not
    what shifts under it (line numbers). Parts are separated unambiguously.
    """
    return hashlib.sha256(canonical([*parts])).hexdigest()[:32]
