"""The secret from which everything that is keyed here is derived. It is never written anywhere."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from gatekeeper.core.errors import EvidenceError
from gatekeeper.staging.fingerprints.siphash import KEY_BYTES

VARIABLE = "GATEKEEPER_FINGERPRINT_KEY"
_SHORTEST = 32  # bytes; a shorter one can be guessed
_FEWEST_DIFFERENT = 8


@dataclass(frozen=True, slots=True)
class Keys:
    """What is derived from the secret.

    Attributes:
        values: 16 bytes; hashes the values.
        file: authenticates a fingerprint.
        canaries: authenticates canaries.
    """

    values: bytes = field(repr=False)
    file: bytes = field(repr=False)
    canaries: bytes = field(repr=False)


def keys_from(environment: Mapping[str, str]) -> Keys:
    """Return the keys.

    Raises:
        EvidenceError: the secret is not set, or too weak.
    """
    secret = environment.get(VARIABLE, "").encode()
    if not secret:
        raise EvidenceError(
            f"{VARIABLE} is not set, so nothing can be compared with production",
            f"set {VARIABLE} to the secret that the fingerprint was made with",
        )
    if len(secret) < _SHORTEST or len(set(secret)) < _FEWEST_DIFFERENT:
        raise EvidenceError(
            f"{VARIABLE} is too weak: it has to be {_SHORTEST} random bytes or more",
            "make one with `openssl rand -hex 32` and keep it where secrets are kept",
        )
    return Keys(
        values=_derived(secret, "values")[:KEY_BYTES],
        file=_derived(secret, "file"),
        canaries=_derived(secret, "canaries"),
    )


def _derived(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, f"gatekeeper fingerprint 1 {purpose}".encode(), "sha256")
