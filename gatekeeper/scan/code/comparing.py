"""Compares the code with a base: which files changed, and what the scanners say of the base.

The base's content is scanned, by the same rules and the same policy; nothing that the change
brings is asked what was there before. What cannot be seen of the base counts as not having been
there: then more is new, never less.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Request
from gatekeeper.scan.code.base import Base, base_of, blob_id
from gatekeeper.scan.code.content import sources
from gatekeeper.scan.code.facts import Change, Renamed, ScannerRun
from gatekeeper.scan.code.renames import renames
from gatekeeper.scan.code.scanning import Scanning
from gatekeeper.scan.code.settings import CodeSettings
from gatekeeper.scan.excluding import split
from gatekeeper.scan.scanners.interface import SourceFile


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs.

    Attributes:
        commit: the base.
        changed: files whose content the base does not hold under that path.
        renamed: those of them that stood under another name.
        before: content at the base of changed and renamed files, by the path there.
    """

    commit: str
    changed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    before: Mapping[str, bytes]


def start_of(request: Request[CodeSettings]) -> str | None:
    """Return the commit that the change began at, or None when there is no change to judge.

    Raises:
        EvidenceError: the change is empty, and an empty change is no reason to pass.
    """
    subject, since = request.subject, request.options.diff
    if subject.base is not None:
        since = git.merge_base(request.root, subject.base, subject.commit or "HEAD") or subject.base
    if since is not None and since == subject.commit and not subject.dirty:
        raise EvidenceError(
            f"nothing was changed since {since[:12]}: there is nothing to compare",
            "give the commit that the change began at",
        )
    return since


def compare(
    root: Path,
    commit: str,
    files: Sequence[SourceFile],
    present: Collection[str],
    settings: CodeSettings,
) -> Compared:
    """Return what the code differs in from `commit`.

    Args:
        root: absolute.
        commit: the base.
        files: the code now.
        present: every file of the tree now, code or not.
        settings: what the policy excludes was not looked at at the base, either.

    Raises:
        ToolError: the base cannot be read.
    """
    base = base_of(root, commit)
    now = {file.path: (root / file.path).read_bytes() for file in files}
    changed = {path: data for path, data in now.items() if base.blobs.get(path) != blob_id(data)}
    # what the policy excludes was not judged there: coming out of there makes nothing old
    kept, _ = split(sorted(base.blobs), settings.exclude)
    found = _renamed(base, changed, set(kept).difference(present))
    wanted = {*changed, *(rename.old for rename in found)}.intersection(kept)
    return Compared(commit, tuple(changed), found, base.contents(tuple(sorted(wanted))))


def _renamed(
    base: Base, changed: Mapping[str, bytes], gone: Collection[str]
) -> tuple[Renamed, ...]:
    """Return which of the files that are new stood elsewhere; only the same kinds are compared."""
    added = {path: data for path, data in changed.items() if path not in base.blobs}
    kinds = {PurePosixPath(path).suffix for path in added}
    candidates = tuple(sorted(path for path in gone if PurePosixPath(path).suffix in kinds))
    return renames(added, base.contents(candidates)) if candidates else ()


def change(
    scanning: Scanning, compared: Compared, runs: Sequence[ScannerRun], files: int, left: int
) -> Change:
    """Return the change with what the scanners say of the base's content.

    The base of a file in which nothing is found now is not looked at: what it held makes nothing
    old.
    """
    found = {hit.path for run in runs for hit in run.hits}
    old = {item.new: item.old for item in compared.renamed}
    asked = {old.get(path, path) for path in found}
    before = {path: data for path, data in compared.before.items() if path in asked}
    return Change(
        base=compared.commit,
        files=files,
        changed=compared.changed,
        renamed=compared.renamed,
        runs=_before(scanning, before),
        left=left,
    )


def _before(scanning: Scanning, before: Mapping[str, bytes]) -> tuple[ScannerRun, ...]:
    with tempfile.TemporaryDirectory(prefix="gatekeeper-base-") as folder:
        root = Path(folder).resolve()
        for path, data in before.items():
            with suppress(OSError):  # git's objects can hold a path that no folder can
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(data)
        return scanning.runs(sources(root, before).files, root=root)
