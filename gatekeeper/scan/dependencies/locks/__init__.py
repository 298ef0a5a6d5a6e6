"""One file a lock format (TOML ones share theirs). A new one is a reader and a line here."""

from __future__ import annotations

from gatekeeper.scan.dependencies.locks import pipfile, requirements, toml
from gatekeeper.scan.dependencies.locks.interface import LockFormat

REQUIREMENTS = LockFormat("requirements", requirements.claims, requirements.read)
FORMATS: tuple[LockFormat, ...] = (
    REQUIREMENTS,
    LockFormat("uv.lock", toml.UV.claims, toml.UV.read),
    LockFormat("poetry.lock", toml.POETRY.claims, toml.POETRY.read),
    LockFormat("pdm.lock", toml.PDM.claims, toml.PDM.read),
    LockFormat("pylock.toml", toml.PYLOCK.claims, toml.PYLOCK.read),
    LockFormat("Pipfile.lock", pipfile.claims, pipfile.read),
)


def format_of(path: str) -> LockFormat | None:
    """Return the format of a lock file, or None for any other file."""
    return next((lock for lock in FORMATS if lock.claims(path)), None)
