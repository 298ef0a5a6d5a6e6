"""Reads and writes the declarations under `features/`."""

from __future__ import annotations

from pathlib import Path, PurePath

from gatekeeper import git
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
    return parse_features(read_texts(root, folder))


def read_texts(root: Path, folder: str) -> dict[str, str]:
    """Return the text of every declaration by its path from the root. Raises EvidenceError."""
    base = root / folder
    if base.exists() and not base.is_dir():
        raise EvidenceError(f"{folder} is no folder", "see `features:` in the policy")
    paths = filter(_is_declaration, sorted(base.rglob("*")))
    return {path.relative_to(root).as_posix(): _text(path, root) for path in paths}


def base_texts(root: Path, folder: str, commit: str) -> dict[str, str]:
    """Return the text of every declaration as it is in a commit, by its path from the root.

    Raises:
        ToolError: this clone does not have the commit, or git failed.
        EvidenceError: a file is not UTF-8 text.
    """
    listed = git.run(root, "ls-tree", "-r", "-z", commit, "--", f"./{folder}/")
    entries = (entry.partition(b"\t") for entry in listed.split(b"\0") if entry)
    blobs = {_decoded(name, name): about.split()[2].decode() for about, _, name in entries}
    return {
        name: _decoded(git.run(root, "cat-file", "blob", blob), name.encode())
        for name, blob in blobs.items()
        if _is_declaration(PurePath(name))
    }


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


def _is_declaration(path: PurePath) -> bool:
    return path.suffix in {".yml", ".yaml"}


def _text(path: Path, root: Path) -> str:
    name = path.relative_to(root).as_posix().encode(errors="surrogateescape")
    # must be what reviewers saw, and git holds only where a link leads
    if path.is_symlink():
        shown = name.decode(errors="backslashreplace")
        raise EvidenceError(f"{shown} is a link: a declaration has to be a file", _STEP)
    try:
        return _decoded(path.read_bytes(), name)
    except OSError as error:
        raise _unreadable(name) from error


def _decoded(data: bytes, name: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise _unreadable(name) from error


def _unreadable(name: bytes) -> EvidenceError:
    return EvidenceError(f"{name.decode(errors='backslashreplace')} cannot be read", _STEP)
