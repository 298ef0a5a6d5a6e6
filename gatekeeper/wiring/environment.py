"""What this machine offers: environment variables and folders. Read here and nowhere else."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gatekeeper.core import references
from gatekeeper.core.errors import UsageError
from gatekeeper.core.gate import AnyGate
from gatekeeper.core.sections import Settings

# Bytes of a key.
_KEY = 32


def variables() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ


def slice_for(gate: AnyGate, settings: Settings) -> dict[str, str]:
    """Return only what this gate declares or its settings name: least privilege."""
    names = {*gate.environment, *references.names(settings.model_dump())}
    return {name: os.environ[name] for name in sorted(names) if os.environ.get(name)}


def secrets_of(values: Mapping[str, str]) -> set[str]:
    """Return what must never be printed: the values, and the passwords of those that are URLs."""
    found = set(values.values())
    for value in values.values():
        if "://" in value:
            password = value.partition("://")[2].rpartition("@")[0].partition(":")[2]
            found |= {password, unquote(password), urlsplit(value).query}
    return found


def cache_folder() -> Path:
    """Return where results that can be computed again are kept; it may not exist yet."""
    named = os.environ.get("GATEKEEPER_CACHE_DIR")
    if named:
        return Path(named)
    return _home("XDG_CACHE_HOME", ".cache") / "gatekeeper"


def cache_key() -> bytes:
    """Return the key that seals what the cache holds; empty when there is none to be had.

    Named by GATEKEEPER_CACHE_KEY (for a cache that machines share), or else a file of this user's
    own, which lies outside the cache: who can write to the cache cannot forge what is in it.

    Raises:
        UsageError: the named key is too short to be one.
    """
    named = os.environ.get("GATEKEEPER_CACHE_KEY", "").encode("utf-8", "surrogateescape")
    if named and len(named) < _KEY:
        reason = f"GATEKEEPER_CACHE_KEY is shorter than {_KEY} bytes"
        raise UsageError(reason, "make one with `openssl rand -hex 32`")
    return named or _own_key(_home("XDG_STATE_HOME", ".local/state") / "gatekeeper" / "cache.key")


def _own_key(path: Path) -> bytes:
    """Return this user's key, made when there is none; nothing when others can read it."""
    try:
        with suppress(FileExistsError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fresh, "wb") as file:
                file.write(secrets.token_bytes(_KEY))
        return _private(path)
    except OSError:
        return b""


def _private(path: Path) -> bytes:
    opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(opened, "rb") as file:
        about = os.fstat(opened)
        ours = about.st_uid == os.getuid() and not stat.S_IMODE(about.st_mode) & 0o077
        key = file.read(_KEY)
    return key if ours and len(key) == _KEY else b""


def program_folders() -> tuple[Path, ...]:
    """Return where programs are found: on PATH, and where uv and pyenv keep Python."""
    listed = map(Path, os.environ.get("PATH", "").split(os.pathsep))
    kept = (
        os.environ.get("UV_PYTHON_INSTALL_DIR")
        or _home("XDG_DATA_HOME", ".local/share") / "uv" / "python",
        Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions",
    )
    managed = (found for folder in kept for found in sorted(Path(folder).glob("*/bin")))
    return tuple(dict.fromkeys(path for path in (*listed, *managed) if path.is_absolute()))


def _home(variable: str, usual: str) -> Path:
    named = os.environ.get(variable)
    return Path(named) if named else Path.home() / usual


def rules_folder() -> Path:
    """Return the folder of rules: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "rules"
    return installed if installed.is_dir() else package.parent / "rules"
