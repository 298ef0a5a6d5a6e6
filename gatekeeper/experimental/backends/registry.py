"""Every flag vendor by the scheme of its URL: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gatekeeper.core.errors import UsageError
from gatekeeper.core.hints import did_you_mean
from gatekeeper.experimental.backends.embedded import EmbeddedBackend
from gatekeeper.experimental.backends.interface import FlagBackend

Factory = Callable[[str, Path], FlagBackend]

BACKENDS: Mapping[str, Factory] = {
    "embedded": EmbeddedBackend.from_url,
}


def open_backend(url: str, root: Path) -> FlagBackend:
    """Return the backend of a URL.

    Args:
        url: SCHEME:REST.
        root: the tree, for backends that are files.

    Raises:
        UsageError: there is no such backend.
    """
    scheme, colon, rest = url.partition(":")
    if not colon or not rest or scheme not in BACKENDS:
        # the rest may hold a secret and is not repeated
        hint = did_you_mean(scheme, BACKENDS) if colon else did_you_mean("", BACKENDS)
        raise UsageError("`backend:` names no flag backend", f"write SCHEME:…; {hint}")
    return BACKENDS[scheme](rest, root)
