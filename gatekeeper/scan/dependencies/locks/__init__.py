"""One file a lock format (TOML ones share theirs). A new one is a reader and a line here."""

from __future__ import annotations

from gatekeeper.scan.dependencies.locks import conda, npm, pipfile, requirements, toml
from gatekeeper.scan.dependencies.locks.interface import LockFormat

REQUIREMENTS = LockFormat("requirements", requirements.claims, requirements.read)
FORMATS: tuple[LockFormat, ...] = (
    REQUIREMENTS,
    LockFormat("uv.lock", toml.UV.claims, toml.UV.read),
    LockFormat("poetry.lock", toml.POETRY.claims, toml.POETRY.read),
    LockFormat("pdm.lock", toml.PDM.claims, toml.PDM.read),
    LockFormat("pylock.toml", toml.PYLOCK.claims, toml.PYLOCK.read),
    LockFormat("Pipfile.lock", pipfile.claims, pipfile.read),
    LockFormat("conda-lock", conda.claims_lock, conda.read_lock),
    LockFormat("pixi.lock", conda.claims_pixi, conda.read_pixi),
    LockFormat("environment.yml", conda.claims_environment, conda.read_environment),
    LockFormat("package-lock.json", npm.claims_npm, npm.read_npm, "npm"),
    LockFormat("yarn.lock", npm.claims_yarn, npm.read_yarn, "npm"),
    LockFormat("pnpm-lock.yaml", npm.claims_pnpm, npm.read_pnpm, "npm"),
)


def format_of(path: str) -> LockFormat | None:
    """Return the format of a lock file, or None for any other file."""
    return next((lock for lock in FORMATS if lock.claims(path)), None)
