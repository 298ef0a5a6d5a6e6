"""A clone's objects, and nothing else of it: no configuration, refs, grafts or attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from gatekeeper import git
from gatekeeper.core.errors import ToolError
from gatekeeper.review.content.objects import Change, Objects, Pair

# The first git whose merge-tree does a real merge: an older one would only read three trees.
OLDEST = (2, 38)
# of no files at all; git knows it without having it
EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_FOLDER, _LINK = b"40000", b"120000"
_FILES = (b"100644", b"100755", b"100664", _LINK)
_HASH = 20
_SETTINGS = (
    # as GitHub merges, whatever this machine prefers
    *("-c", "merge.renames=true", "-c", "merge.directoryRenames=conflict"),
    *("-c", "merge.renameLimit=7000", "-c", "merge.conflictStyle=merge"),
)
_CONFLICTS = 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A commit as its object says.

    Attributes:
        oid: its name.
        tree: of its content.
        parents: all of them.
    """

    oid: str
    tree: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging gave.

    Attributes:
        tree: the result; with conflict marks in it where there are conflicts.
        conflicts: paths, sorted.
    """

    tree: str
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file of a commit.

    Attributes:
        data: its bytes; of a link the path that it leads to.
        is_link: whether it is a symbolic link.
    """

    data: bytes
    is_link: bool


@contextmanager
def open_store(root: Path) -> Iterator[Store]:
    """Open the objects of a clone. Raises ToolError where git cannot."""
    if git.version() < OLDEST:
        found = ".".join(map(str, git.version()))
        raise ToolError(
            f"git {found} cannot replay a merge", "install git 2.38 or newer, and run again"
        )
    with git.borrowed(root) as folder:
        yield Store(root, folder)


class Store:
    """Answers from a clone's objects; each method raises EvidenceError where one is missing."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.objects = Objects(root, folder)
        self._snapshots: dict[str, Snapshot] = {}

    def snapshot(self, oid: str) -> Snapshot:
        """Return a commit, its name proven by its content."""
        return self.snapshots([oid])[0]

    def snapshots(self, oids: Iterable[str]) -> tuple[Snapshot, ...]:
        """Return commits in this order."""
        wanted = tuple(oids)
        unread = self.objects.commits(set(wanted) - self._snapshots.keys())
        self._snapshots |= {oid: _parsed(oid, data) for oid, data in unread.items()}
        return tuple(self._snapshots[oid] for oid in wanted)

    def merge_bases(self, one: str, other: str) -> tuple[str, ...]:
        """Return the best common ancestors; none where the histories are unrelated."""
        found = _words(self._of_history(one, other, "merge-base", "--all", one, other))
        self._require_history(one, other, *(f"^{oid}" for oid in found))
        return found

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Return whether one commit is, or comes before, the other."""
        args = ("merge-base", "--is-ancestor", ancestor, descendant)
        if self._of_history(ancestor, descendant, *args).returncode:
            return False
        self._require_history(descendant, f"^{ancestor}")
        return True

    def between(self, base: str, head: str) -> tuple[str, ...]:
        """Return every commit that the head holds and the base does not, all parents walked."""
        return _words(self._of_history(base, head, "rev-list", head, f"^{base}"))

    def merge(self, base: str, ours: str, theirs: str) -> Merged:
        """Merge three trees, as if two branches had grown from the first one."""
        self._require_content((base, ours), (base, theirs))
        root = self._commit(base)
        sides = (self._commit(ours, root), self._commit(theirs, root))
        options = ("--write-tree", "-z", "--name-only", "--no-messages")
        done = self.objects.ask(*_SETTINGS, "merge-tree", *options, *sides)
        if done.returncode not in (0, _CONFLICTS):
            raise self.objects.refusal(done)
        tree, *paths = done.stdout.split(b"\0")
        names = {path.decode("utf-8", "backslashreplace") for path in paths if path}
        return Merged(tree.decode("ascii"), tuple(sorted(names)))

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """Return what differs between two trees; a renamed file counts with both its names."""
        return self.all_changes([(before, after)])[before, after]

    def all_changes(self, pairs: Iterable[Pair]) -> dict[Pair, tuple[Change, ...]]:
        """Return the same of several pairs at once; every folder on the way is proven."""
        found = self.objects.differences(pairs)
        folders = {name for pair in found for name in pair} - {EMPTY}
        for changes in found.values():
            folders |= {name for one in changes if one.is_folder for name in one.objects}
        self.objects.require(folders, are_commits=False)
        return {pair: tuple(one for one in found[pair] if not one.is_folder) for pair in found}

    def file(self, oid: str, path: str) -> File | None:
        """Return a file as it is in a commit; None when the commit has none of that name."""
        mode, name = _FOLDER, self.snapshot(oid).tree
        for step in path.encode().split(b"/"):
            entries = _entries(self.objects.files([name])[name]) if mode == _FOLDER else {}
            mode, name = entries.get(step, (b"", ""))
        if mode not in _FILES:
            return None
        return File(self.objects.files([name])[name], is_link=mode == _LINK)

    def _commit(self, tree: str, *parents: str) -> str:
        named = [word for parent in parents for word in ("-p", parent)]
        made = self.objects.output("commit-tree", tree, *named, "-m", "replayed")
        return made.decode("ascii").strip()

    def _of_history(self, one: str, other: str, *args: str) -> CompletedProcess[bytes]:
        """Ask about two commits that are there: 0 and 1 are answers, unless git complains."""
        self.snapshots([one, other])
        done = self.objects.ask(*args)
        if done.returncode not in (0, 1) or done.stderr:
            raise self.objects.refusal(done)
        return done

    def _require_history(self, *revisions: str) -> None:
        """Prove every commit on the way: one that lied about its parents would lead elsewhere."""
        listed = self.objects.output("rev-list", *revisions).decode("ascii")
        self.objects.require(listed.split(), are_commits=True)

    def _require_content(self, *pairs: Pair) -> None:
        """Prove every tree, and every file that differs, on which a merge will rest."""
        for changes in self.all_changes(pairs).values():
            names = {name for change in changes for name in change.objects}
            self.objects.require(names, are_commits=False)


def _words(done: CompletedProcess[bytes]) -> tuple[str, ...]:
    return tuple(done.stdout.decode("ascii").split())


def _parsed(oid: str, data: bytes) -> Snapshot:
    lines = data.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
    values = [line.split(" ", 1) for line in lines if line.startswith(("tree ", "parent "))]
    tree = next(value for key, value in values if key == "tree")
    return Snapshot(oid, tree, tuple(value for key, value in values if key == "parent"))


def _entries(tree: bytes) -> dict[bytes, tuple[bytes, str]]:
    """Read a tree: mode and object by name."""
    found, position = {}, 0
    while position < len(tree):
        end = tree.index(b"\0", position)
        mode, _, name = tree[position:end].partition(b" ")
        position = end + 1 + _HASH
        found[name] = (mode, tree[end + 1 : position].hex())
    return found
