"""Pins in files of any name: those that hold nothing else, and those that builds install from.

A file of pins need not be called `requirements.txt`: a Dockerfile or a workflow may install from
`deps/pins.txt`. What a build names and the tree does not have is told.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from gatekeeper.scan.dependencies.facts import Unpinned
from gatekeeper.scan.dependencies.locks import format_of
from gatekeeper.scan.dependencies.locks.interface import Requirements, UnreadableError, text_of
from gatekeeper.scan.dependencies.locks.lines import logical_lines
from gatekeeper.scan.dependencies.locks.requirements import exact_version

_TEXTS = ("*.txt", "*.pip", "*.pins", "*.list")
_BUILDS = (
    *("Dockerfile*", "*.dockerfile", "*.Dockerfile", "Containerfile*", "Makefile", "*.mk"),
    *("*.sh", "*.bash", "*.yml", "*.yaml", "tox.ini", "Jenkinsfile", "Procfile", "justfile"),
)
# Characters: longer files are data.
_LONGEST = 1_000_000
_INSTALLS = re.compile(r"\bpip(?:\d[\d.]*)?(?:-sync)?\b(?!-compile|\s+compile)[^\n;&|]*")
_TARGET = re.compile(
    r"(?:\s|^)(?:-[rc]\s*|--(?:requirements?|constraints?|build-constraints?)[ =]\s*)"
    r"[\"']?([^\s\"',\]]+)"
)
_SYNCED = re.compile(r"\bsync\s+(?:-\S+\s+)*[\"']?([^\s\"'-][^\s\"']*)")
_VARIABLE = re.compile(r"\$\{\{.*?\}\}|\$\{[^}]*\}|\$\w+|\{[^}]*\}")
_RULE = "unread-requirements"


@dataclass(frozen=True, slots=True)
class PinFiles:
    """Files to read as requirements.

    Attributes:
        installed: those that a build installs from.
        others: texts that hold nothing but pins; nobody may ever install from them.
        said: what builds name that is not there.
    """

    installed: tuple[str, ...]
    others: tuple[str, ...]
    said: Requirements


def find(root: Path, paths: Sequence[str]) -> PinFiles:
    """Find pin files among the files of a tree that no format claims by name."""
    builds = (path for path in paths if _is_any(path, _BUILDS))
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        by_name[posixpath.basename(path)].append(path)
    resolved = {one: _resolve(one, by_name) for path in builds for one in _named(root, path)}
    missing = tuple(_unread(one) for one, several in resolved.items() if not several)
    installed = set(chain.from_iterable(resolved.values()))
    others = {*_pure(root, paths)} - installed
    return PinFiles(_free(installed), _free(others), Requirements(unpinned=missing))


def _free(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the files that no format claims by name."""
    return tuple(sorted(path for path in paths if format_of(path) is None))


def _pure(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Yield the texts that hold nothing but pins."""
    texts = (path for path in paths if _is_any(path, _TEXTS))
    return (path for path in texts if _is_pins(_text(root, path)))


def _is_any(path: str, patterns: Iterable[str]) -> bool:
    name = posixpath.basename(path)
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _text(root: Path, path: str) -> str:
    """Return the text of a file; none of one that holds something else."""
    try:
        if (root / path).stat().st_size > _LONGEST:
            return ""
        return text_of(root, path)
    except (UnreadableError, OSError):
        return ""


def _is_pins(text: str) -> bool:
    """True when every line is an exact version, or an option beside some."""
    lines = [line for _, line in logical_lines(text)] if "==" in text else []
    plain = [line for line in lines if not line.startswith("-")]
    return bool(plain) and all(map(_is_pin, plain))


def _is_pin(line: str) -> bool:
    try:
        return exact_version(Requirement(line.partition(" --")[0].strip())) is not None
    except InvalidRequirement:
        return False


@dataclass(frozen=True, slots=True)
class _Target:
    """A file that a build installs from.

    Attributes:
        named: as it is written, without variables.
        path: of the file that names it.
        line: 1-based.
    """

    named: str
    path: str
    line: int


def _named(root: Path, path: str) -> Iterator[_Target]:
    text = _text(root, path).replace("\\\n", "  ")
    wanted = _TARGET if path.endswith("tox.ini") else _INSTALLS
    for found in wanted.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        for target in _targets(found[0]):
            yield _Target(_VARIABLE.sub("", target).lstrip("/"), path, line)


def _targets(command: str) -> list[str]:
    synced = _SYNCED.findall(command) if "sync" in command else []
    return [one for one in (*_TARGET.findall(command), *synced) if "://" not in one]


def _resolve(target: _Target, by_name: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the file that is meant: beside, from the top, or any of that name.

    A build may copy it first, so that only its name is left.
    """
    folder = posixpath.dirname(target.path)
    alike = tuple(by_name.get(posixpath.basename(target.named), ()))
    for place in (posixpath.join(folder, target.named), target.named):
        if (inner := posixpath.normpath(place)) in alike:
            return (inner,)
    return alike


def _unread(target: _Target) -> Unpinned:
    shown = target.named or "a file that only the build knows"
    reason = "is installed from here and is no file of the tree"
    return Unpinned(shown, target.path, target.line, reason, rule=_RULE, blocks=False)
