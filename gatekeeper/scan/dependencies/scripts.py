"""Scripts that say in a comment what they need (PEP 723), and the locks beside them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.interface import (
    Requirements,
    UnreadableError,
    gathered,
    text_of,
)
from gatekeeper.scan.dependencies.locks.requirements import exact_version
from gatekeeper.scan.dependencies.locks.toml import UV
from gatekeeper.scan.files import language
from gatekeeper.scan.scanners.interface import in_words

_MARK = b"# /// script"
_BLOCK = re.compile(r"(?m)^# /// script[ \t]*$\s((?:^#(?:| .*)$\s)+?)^# ///[ \t]*$")
_MEND = "mend the `# /// script` block of the file"


def read(root: Path, paths: Sequence[str]) -> Requirements:
    """Read the blocks of all scripts."""
    listed = frozenset(paths)
    marked = (path for path in paths if language(root, path) == "python" and _has_mark(root, path))
    return gathered(one for path in marked for one in _entries(root, path, listed))


def _has_mark(root: Path, path: str) -> bool:
    try:
        return _MARK in (root / path).read_bytes()
    except OSError:
        return False


def _entries(root: Path, path: str, listed: frozenset[str]) -> Iterator[Pin | Unpinned | Problem]:
    try:
        text = text_of(root, path).replace("\r\n", "\n") + "\n"
        held = _held(root, f"{path}.lock") if f"{path}.lock" in listed else {}
        yield from _needs(text, path, held)
    except (UnreadableError, ValueError, TypeError) as error:
        yield Problem(f"{path} has script metadata that cannot be read: {_why(error)}", _MEND)


def _why(error: Exception) -> str:
    return in_words(str(error)).partition("(")[0].strip() or "it is malformed"


def _held(root: Path, lock: str) -> dict[str, str | None]:
    """Return the versions that the lock of a script holds; None for what is told as unpinned."""
    found = UV.read(root, lock)
    return {
        **{one.name: None for one in found.unpinned},
        **{it.name: it.version for it in found.pins},
    }


def _needs(text: str, path: str, held: Mapping[str, str | None]) -> Iterator[Pin | Unpinned]:
    """Yield what a script needs, but for what its lock holds: that is judged there."""
    blocks = [*_BLOCK.finditer(text)]
    if len(blocks) > 1:
        raise ValueError("two blocks")
    for block in blocks:
        start = text.count("\n", 0, block.start()) + 1
        for line in _dependencies(block[1]):
            wanted = _requirement(line)
            if not _is_held(wanted, held):
                yield _told(wanted, path, start)


def _is_held(wanted: Requirement, held: Mapping[str, str | None]) -> bool:
    name = canonicalize_name(wanted.name)
    if name not in held:
        return False
    version = held[name]
    return version is None or wanted.specifier.contains(version, prereleases=True)


def _dependencies(block: str) -> list[str]:
    lines = (line[2:] if line.startswith("# ") else line[1:] for line in block.splitlines())
    found = tomllib.loads("\n".join(lines)).get("dependencies", [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise TypeError("`dependencies` is not a list of texts")
    return found


def _requirement(line: str) -> Requirement:
    try:
        return Requirement(line)
    except InvalidRequirement:
        raise ValueError(f"`{line}` is no requirement") from None


def _told(wanted: Requirement, path: str, number: int) -> Pin | Unpinned:
    name = canonicalize_name(wanted.name)
    if wanted.url:
        return Unpinned(name, path, number, "comes from a URL", sourced=True)
    if exact := exact_version(wanted):
        return Pin(name, exact, path, number)
    return Unpinned(name, path, number, "has no exact version in the script or its lock")
