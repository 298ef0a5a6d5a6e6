"""Reads and writes the declarations under `features/`."""

from __future__ import annotations

from pathlib import Path

from gatekeeper.core.errors import EvidenceError
from gatekeeper.experimental.features import Feature, parse_features

_STEP = "mend the file, or take it out of the folder of features"


def read_features(root: Path, folder: str) -> tuple[Feature, ...]:
    """Read every declaration.

    Args:
        root: the tree.
        folder: where the declarations are, from the root; none there is no feature.

    Raises:
        PolicyError: with every problem of every file.
        EvidenceError: a file cannot be read.
    """
    base = root / folder
    if base.exists() and not base.is_dir():
        raise EvidenceError(f"{folder} is no folder", "see `features:` in the policy")
    paths = [path for path in sorted(base.rglob("*")) if path.suffix in {".yml", ".yaml"}]
    return parse_features({path.relative_to(root).as_posix(): _text(path, root) for path in paths})


def declaration_path(folder: str, key: str) -> str:
    """Return where a feature is declared, from the root of the tree."""
    return f"{folder}/{key}.yml"


def write_feature(path: Path, text: str) -> None:
    """Write a new declaration; no file is replaced.

    Raises:
        EvidenceError: the file exists or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise EvidenceError(f"{path.name} cannot be written ({error.strerror})") from error


def _text(path: Path, root: Path) -> str:
    name = path.relative_to(root).as_posix().encode(errors="backslashreplace").decode()
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{name} cannot be read", _STEP) from error
