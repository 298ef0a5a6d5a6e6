"""A clone's objects, and nothing else of it: no configuration, refs, grafts or attributes.

Every object that an answer rests on is hashed anew, so that a clone cannot show another content
under an approved name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError, ToolError

# The first git whose merge-tree does a real merge: an older one would only read three trees.
OLDEST = (2, 38)
_SUBMODULE = b"160000"
_LINK = "120000"
_NOTHING = "0" * 40
_SETTINGS = (
    # as GitHub merges, whatever this machine prefers
    *("-c", "merge.renames=true", "-c", "merge.directoryRenames=conflict"),
    *("-c", "merge.renameLimit=7000", "-c", "merge.conflictStyle=merge"),
)


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
class Change:
    r"""One path that differs between two trees.

    Attributes:
        path: a name that is not UTF-8 keeps its odd bytes as `\xNN`.
        before: the object's name until then, zeros for none.
        after: and from then on.
        links: whether it is another repository's commit, before or after: no object of this one.
    """

    path: str
    before: str
    after: str
    links: bool


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
        self._root = root
        self._folder = folder
        self._proven: set[str] = set()
        self.snapshot = cache(self._snapshot)

    def _snapshot(self, oid: str) -> Snapshot:
        """Return a commit, its name proven by its content."""
        done = git.ask(self._folder, "cat-file", "commit", oid)
        if done.returncode:
            raise EvidenceError(f"this clone does not have {oid[:7]}", self.mend(oid))
        if _hashed(b"commit", done.stdout) != oid:
            raise EvidenceError(
                f"this clone holds something else under the name {oid[:7]}", "clone it anew"
            )
        return _parsed(oid, done.stdout)

    def merge_bases(self, one: str, other: str) -> tuple[str, ...]:
        """Return the best common ancestors; none where the histories are unrelated."""
        done = self._of_history(one, other, "merge-base", "--all", one, other)
        found = tuple(done.stdout.decode("ascii").split())
        self._require_own_history(one, other, *(f"^{oid}" for oid in found))
        return found

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Return whether one commit is, or comes before, the other."""
        args = ("merge-base", "--is-ancestor", ancestor, descendant)
        if self._of_history(ancestor, descendant, *args).returncode:
            return False
        self._require_own_history(descendant, f"^{ancestor}")
        return True

    def between(self, base: str, head: str) -> tuple[str, ...]:
        """Return every commit that the head holds and the base does not, all parents walked."""
        done = self._of_history(base, head, "rev-list", head, f"^{base}")
        return tuple(done.stdout.decode("ascii").split())

    def merge(self, base: str, ours: str, theirs: str, *, renames: bool = True) -> Merged:
        """Merge three trees, as if two branches had grown from the first one."""
        self._require_own_content((base, ours), (base, theirs))
        root = self._commit(base)
        sides = (self._commit(ours, root), self._commit(theirs, root))
        extra = () if renames else ("-c", "merge.renames=false")
        options = ("--write-tree", "-z", "--name-only", "--no-messages")
        done = git.ask(self._folder, *_SETTINGS, *extra, "merge-tree", *options, *sides)
        if done.returncode not in (0, 1):
            raise self._refusal("the content", done.stderr)
        tree, *paths = done.stdout.split(b"\0")
        return Merged(tree.decode("ascii"), tuple(sorted({_name(p) for p in paths if p})))

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """Return what differs between two trees; a renamed file counts with both its names."""
        listed = self._differences(before, after)
        return tuple(change for change, is_folder in listed if not is_folder)

    def file(self, oid: str, path: str) -> File | None:
        """Return a file as it is in a commit; None when the commit has none of that name."""
        tree = self.snapshot(oid).tree
        done = git.ask(self._folder, "ls-tree", "-z", tree, "--", path)
        if done.returncode:
            raise self._refusal("the content", done.stderr, oid)
        if not done.stdout:
            return None
        mode, kind, name = done.stdout.partition(b"\t")[0].decode("ascii").split(" ")
        if kind != "blob":
            return None
        if any(self._falsified([name])):
            raise EvidenceError(f"this clone lacks {path} of {oid[:7]}", self.mend())
        text = git.ask(self._folder, "cat-file", "blob", name).stdout
        return File(text, is_link=mode == _LINK)

    def mend(self, oid: str = "") -> str:
        """Return what would bring a missing object, or history, into this clone."""
        if git.is_shallow(self._root):
            fetch = f"git fetch --unshallow origin {oid}".strip()
            return f"run `{fetch}`; in GitHub Actions set `fetch-depth: 0` on actions/checkout"
        if oid:
            return f"run `git fetch origin {oid}`, and run again"
        return "run `git fetch --refetch --no-filter origin`: this clone lacks some of its files"

    def _require_own_history(self, *revisions: str) -> None:
        """Hash every commit on the way: one that lied about its parents would lead elsewhere."""
        done = git.ask(self._folder, "rev-list", *revisions)
        if done.returncode:
            raise self._refusal("the history", done.stderr)
        names = set(done.stdout.decode("ascii").split()) - self._proven
        for name in self._falsified(names):
            raise EvidenceError(
                f"this clone holds something else under the name {name[:7]}", "clone it anew"
            )
        self._proven |= names

    def _of_history(self, one: str, other: str, *args: str) -> CompletedProcess[bytes]:
        """Ask about two commits that are there: 0 and 1 are answers, unless git complains."""
        self.snapshot(one)
        self.snapshot(other)
        done = git.ask(self._folder, *args)
        if done.returncode not in (0, 1) or done.stderr:
            raise self._refusal("the history", done.stderr)
        return done

    def _commit(self, tree: str, *parents: str) -> str:
        named = [word for parent in parents for word in ("-p", parent)]
        done = git.ask(self._folder, "commit-tree", tree, *named, "-m", "replayed")
        if done.returncode:
            raise self._refusal("the content", done.stderr)
        return done.stdout.decode("ascii").strip()

    def _differences(self, before: str, after: str) -> Iterator[tuple[Change, bool]]:
        options = ("-r", "-t", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff")
        done = git.ask(self._folder, "diff-tree", *options, before, after)
        if done.returncode:
            raise self._refusal("the content", done.stderr)
        parts = done.stdout.split(b"\0")
        for head, path in zip(parts[0::2], parts[1::2], strict=False):
            old, new, one, other, _ = head.removeprefix(b":").split(b" ")
            links = _SUBMODULE in (old, new)
            made = Change(_name(path), one.decode("ascii"), other.decode("ascii"), links)
            yield made, b"040000" in (old, new) and not {old, new} - {b"040000", b"000000"}

    def _require_own_content(self, *pairs: tuple[str, str]) -> None:
        """Hash every tree, and every file that differs, on which a merge will rest."""
        names = {name for pair in pairs for name in pair}
        for pair in pairs:
            for change, _ in self._differences(*pair):
                names |= set() if change.links else {change.before, change.after}
        for name in self._falsified(names - {_NOTHING}):
            raise EvidenceError(
                f"this clone does not have the content {name[:7]}, or holds something else "
                "under its name",
                self.mend(),
            )

    def _falsified(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the names that are missing, or under which other content stands."""
        wanted = sorted(names)
        done = git.ask(self._folder, "cat-file", "--batch", given="\n".join([*wanted, ""]).encode())
        rest, position = done.stdout, 0
        for name in wanted:
            end = rest.find(b"\n", position)
            kind, size = _header(rest[position:end] if end >= 0 else b"")
            content = rest[end + 1 : end + 1 + size]
            if len(content) != size or _hashed(kind, content) != name:
                yield name
                return
            position = end + size + 2

    def _refusal(self, what: str, said: bytes, oid: str = "") -> EvidenceError:
        reason = said.decode("utf-8", "backslashreplace").strip().rpartition("\n")[2]
        return EvidenceError(f"git cannot read {what} in this clone: {reason}", self.mend(oid))


def _parsed(oid: str, data: bytes) -> Snapshot:
    lines: Sequence[str] = data.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
    values = [line.split(" ", 1) for line in lines if line.startswith(("tree ", "parent "))]
    tree = next(value for key, value in values if key == "tree")
    return Snapshot(oid, tree, tuple(value for key, value in values if key == "parent"))


def _header(line: bytes) -> tuple[bytes, int]:
    """Return kind and size; of a missing object no kind, and a size that nothing has."""
    _, kind, size = (line + b"  ").split(b" ", 2)
    return (kind, int(size)) if size.strip().isdigit() else (b"", -1)


def _hashed(kind: bytes, content: bytes) -> str:
    data = kind + b" %d\0" % len(content) + content
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _name(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
