"""Asks a scanner only about what it has not judged before.

A scanner judges each file for itself, so its answer stands as long as nothing that it depends on
has changed: the file's content and path, the engine, its rules and flags, and our own code. Only
answers on files that were seen wholly are kept: a time-out depends on the load of a machine.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

from gatekeeper.scan.code.content import sha256
from gatekeeper.scan.code.coverage import unseen
from gatekeeper.scan.code.facts import Cleared, Hit, Mend, ScannerRun, Unseen
from gatekeeper.scan.code.inline import noted
from gatekeeper.scan.results import Results, named
from gatekeeper.scan.scanners.interface import Scanner, SourceFile, Task


def _hit(*values: Any) -> Hit:
    hit = Hit(*values)
    mend: Any = hit.mend  # as JSON keeps it: its values, in a row
    return replace(hit, mend=Mend(*map(_tuple, mend))) if mend else hit


# What a run tells of single files, by its field, and what makes it of its values.
_TOLD: Mapping[str, Callable[..., Any]] = {"hits": _hit, "cleared": Cleared, "partly": Unseen}
Told = dict[str, list[Any]]


def run(
    scanner: Scanner,
    task: Task,
    files: Sequence[SourceFile],
    kept: Results,
    optional: Collection[str] = (),
) -> ScannerRun:
    """Return the scanner's account of these files, from what was kept where that is possible.

    Args:
        scanner: whom to ask.
        task: what to ask, but for the files.
        files: with their digests.
        kept: what was answered before.
        optional: those of the files that are told of when that is known, and not looked at else.

    Raises:
        ToolError: as `Scanner.scan`.
    """
    engine = scanner.engine(task)
    depends = (_code(), scanner.name, engine.identity)
    names = {file.path: named(*depends, file.path, file.digest) for file in files}
    known = _known(names, kept)
    spared = {*known, *optional}
    missing = tuple(file for file in files if file.path not in spared)
    fresh = ScannerRun(scanner.name, engine.version, engine.runtime, (), ())
    if missing:
        fresh = noted(
            scanner.scan(replace(task, paths=tuple(file.path for file in missing))), task.root
        )
        _keep(fresh, task.root, missing, names, kept)
    told = {*known, *(file.path for file in missing)}
    return _together(fresh, tuple(path for path in names if path in told), known)


def _known(names: Mapping[str, bytes], kept: Results) -> dict[str, Told]:
    bodies = kept.get(names.values())
    return {path: json.loads(bodies[name]) for path, name in names.items() if name in bodies}


def _keep(
    fresh: ScannerRun,
    root: Path,
    files: Iterable[SourceFile],
    names: Mapping[str, bytes],
    kept: Results,
) -> None:
    """Keep what is said of files that were seen wholly, and did not change under the scanner."""
    told: dict[str, Told] = {path: {} for path in _sound(fresh, root, files)}
    for field in _TOLD:
        for item in getattr(fresh, field):
            if item.path in told:
                told[item.path].setdefault(field, []).append(astuple(item))
    kept.put({names[path]: json.dumps(body).encode() for path, body in told.items()})


def _sound(fresh: ScannerRun, root: Path, files: Iterable[SourceFile]) -> Iterator[str]:
    """Yield the files that were seen wholly and are still what was seen."""
    if fresh.problem:
        return
    lost = {item.path for item in unseen(fresh)}
    for file in files:
        if file.path not in lost and sha256(root / file.path) == file.digest:
            yield file.path


def _together(fresh: ScannerRun, wanted: tuple[str, ...], known: Mapping[str, Told]) -> ScannerRun:
    told: dict[str, Any] = {field: _told(fresh, known, field) for field in _TOLD}
    return replace(fresh, wanted=wanted, cached=tuple(known), **told)


def _told(fresh: ScannerRun, known: Mapping[str, Told], field: str) -> tuple[Any, ...]:
    """Return what is told anew and what was told before, in one order."""
    before = (values for body in known.values() for values in body.get(field, ()))
    items = [*getattr(fresh, field), *(_TOLD[field](*map(_tuple, values)) for values in before)]
    return tuple(sorted(items, key=lambda item: (item.path, item.line or 0, str(item))))


def _tuple(value: Any) -> Any:
    """Return a list of JSON as the tuple that it was."""
    return tuple(value) if isinstance(value, list) else value


@functools.cache
def _code() -> str:
    """Return a digest of our own code that makes hits of what a tool answers."""
    room = Path(__file__).parents[1]
    total = hashlib.sha256()
    for path in sorted(room.rglob("*.py")):
        text = path.read_bytes()
        total.update(f"{path.relative_to(room)}\0{len(text)}\0".encode() + text)
    return total.hexdigest()
