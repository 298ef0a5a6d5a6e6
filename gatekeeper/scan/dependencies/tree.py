"""What the files of a tree say that is needed: its locks, and the projects that need one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.scan.dependencies import foreign, hidden, lockfiles, packages, scripts
from gatekeeper.scan.dependencies.facts import (
    Excluded,
    LockFile,
    Pin,
    Problem,
    Unjudged,
    Unpinned,
)
from gatekeeper.scan.dependencies.locks.interface import Artifact
from gatekeeper.scan.dependencies.projects import survey
from gatekeeper.scan.excluding import split
from gatekeeper.scan.files import listing

if TYPE_CHECKING:
    from gatekeeper.scan.code.settings import Exclusion


@dataclass(frozen=True, slots=True)
class Needed:
    """What a tree needs, as far as its files tell.

    Attributes:
        files: the locks that were read.
        projects: declaration files of projects that ask for nothing.
        pins: exact versions.
        unpinned: what has none.
        problems: what could not be read, or is not locked.
        own: names of the tree's own projects.
        unjudged: files of ecosystems that are not judged.
        excluded: what the policy leaves out.
        artifacts: what locks offer for each name and version.
    """

    files: tuple[LockFile, ...]
    projects: tuple[str, ...]
    pins: tuple[Pin, ...]
    unpinned: tuple[Unpinned, ...]
    problems: tuple[Problem, ...]
    own: tuple[str, ...]
    unjudged: tuple[Unjudged, ...]
    excluded: tuple[Excluded, ...]
    artifacts: Mapping[tuple[str, str], tuple[Artifact, ...]]

    @property
    def is_empty(self) -> bool:
        """True when there is nothing that says what is needed."""
        return not (self.files or self.projects or self.pins or self.unpinned or self.unjudged)


def surveyed(root: Path, exclude: Sequence[Exclusion] = ()) -> Needed:
    """Read everything in a tree that says what is needed; nothing of it is run.

    Raises:
        ToolError: the files cannot be listed.
    """
    root = root.resolve()
    tree = listing(root)
    kept, left = split((*tree.files, *hidden.through_links(root, tree.skipped)), exclude)
    seen, _ = split([item.path for item in tree.failed], exclude)
    failed = [item for item in tree.failed if item.path in seen]
    locks = lockfiles.read(root, kept)
    projects = survey(root, kept, locks.held())
    # only now: what a script asks for is no lock of the projects
    locks.take(scripts.read(root, kept))
    locks.take(projects.said)
    return Needed(
        files=tuple(locks.files),
        projects=projects.without_dependencies,
        pins=tuple(locks.pins),
        unpinned=tuple(locks.unpinned),
        problems=(
            *locks.problems,
            *hidden.unlisted(locks.own, tree.files),
            *hidden.unreadable(root, failed),
        ),
        own=projects.names,
        unjudged=(
            *locks.unjudged,
            *foreign.unjudged(kept),
            *packages.unlocked(root, kept, locks.files, [*locks.pins, *locks.unpinned]),
        ),
        excluded=tuple(Excluded(it.path, it.reason) for it in left if hidden.is_wanted(it.path)),
        artifacts=locks.artifacts,
    )
