"""Reads a clone's objects by name, and believes none that its name does not prove.

git trusts the files of a clone; a clone that somebody prepared can show another content under an
approved name. So every object that an answer rests on is hashed anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError

NOTHING = "0" * 40
_SUBMODULE, _FOLDER, _ABSENT = b"160000", b"040000", b"000000"
_DIFFERENCES = ("--stdin", "-r", "-t", "--raw", "-z", "--no-renames", "--no-abbrev")

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    r"""One path that differs between two trees.

    Attributes:
        path: a name that is not UTF-8 keeps its odd bytes as `\xNN`.
        before: the object's name until then, zeros for none.
        after: and from then on.
        is_link: whether it is another repository's commit, before or after: no object of this one.
        is_folder: whether it is a folder; what lies in it stands there by itself.
    """

    path: str
    before: str
    after: str
    is_link: bool
    is_folder: bool

    @property
    def objects(self) -> set[str]:
        """The names of both contents that are objects of this repository."""
        return set() if self.is_link else {self.before, self.after} - {NOTHING}


class Objects:
    """The objects of a clone, through an empty repository that only borrows them."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder
        self._proven: set[str] = set()

    def ask(self, *args: str, given: bytes = b"") -> CompletedProcess[bytes]:
        """Run git on them and return its answer, whatever that is."""
        return git.ask(self._folder, *args, given=given)

    def output(self, *args: str, given: bytes = b"") -> bytes:
        """Run git on them. Raises EvidenceError where it fails."""
        done = self.ask(*args, given=given)
        if done.returncode:
            raise self.refusal(done)
        return done.stdout

    def commits(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Return commits by name. Raises EvidenceError with the fetch that brings a missing one."""
        return dict(self._read(oids, are_commits=True))

    def files(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return trees or files by name. Raises EvidenceError where one is missing."""
        return dict(self._read(names, are_commits=False))

    def require(self, names: Iterable[str], *, are_commits: bool) -> None:
        """Prove objects by their names; each once."""
        missing = set(names) - self._proven
        for name, _ in self._read(missing, are_commits=are_commits):
            self._proven.add(name)

    def differences(self, pairs: Iterable[Pair]) -> dict[Pair, tuple[Change, ...]]:
        """Return what differs between each pair of trees; a renamed file counts with both names."""
        wanted = list(dict.fromkeys(pairs))
        given = "".join(f"{before} {after}\n" for before, after in wanted).encode()
        return _by_pair(self.output("diff-tree", *_DIFFERENCES, given=given), wanted)

    def mend(self, oid: str = "") -> str:
        """Return what would bring a missing object, or history, into this clone."""
        if git.is_shallow(self._root):
            fetch = f"git fetch --unshallow origin {oid}".strip()
            return f"run `{fetch}`; in GitHub Actions set `fetch-depth: 0` on actions/checkout"
        if oid:
            return f"run `git fetch origin {oid}`, and run again"
        return "run `git fetch --refetch --no-filter origin`: this clone lacks some of its objects"

    def refusal(self, done: CompletedProcess[bytes]) -> EvidenceError:
        """Return git's complaint as an error."""
        said = done.stderr.decode("utf-8", "backslashreplace").strip().rpartition("\n")[2]
        reason = said or f"exit status {done.returncode}"
        return EvidenceError(f"git cannot read this clone: {reason}", self.mend())

    def _read(self, names: Iterable[str], *, are_commits: bool) -> Iterator[tuple[str, bytes]]:
        wanted = sorted(set(names))
        given = "".join(f"{name}\n" for name in wanted).encode()
        listed = self.output("cat-file", "--batch", given=given) if wanted else b""
        position = 0
        for name in wanted:
            kind, content, position = _next_object(listed, position)
            if content is None:
                mend = self.mend(name if are_commits else "")
                raise EvidenceError(f"this clone does not have {name[:7]}", mend)
            if _hashed(kind, content) != name or are_commits != (kind == b"commit"):
                raise EvidenceError(
                    f"this clone holds something else under the name {name[:7]}", "clone it anew"
                )
            yield name, content


def _next_object(listed: bytes, position: int) -> tuple[bytes, bytes | None, int]:
    """Return an object's kind and content, None when it is missing or cut off, and the next."""
    end = listed.find(b"\n", position)
    kind, size = _header(listed[position : max(end, position)])
    content = listed[end + 1 : end + 1 + size] if size >= 0 else b""
    return kind, content if len(content) == size else None, end + size + 2


def _header(line: bytes) -> tuple[bytes, int]:
    """Return kind and size; of a missing object no kind, and a size that nothing has."""
    _, kind, size = (line + b"  ").split(b" ", 2)
    return (kind, int(size)) if size.strip().isdigit() else (b"", -1)


def _hashed(kind: bytes, content: bytes) -> str:
    data = kind + b" %d\0" % len(content) + content
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _by_pair(listed: bytes, pairs: Iterable[Pair]) -> dict[Pair, tuple[Change, ...]]:
    """Read git's list: the two trees on a line, then each difference and its path."""
    found: dict[Pair, list[Change]] = {pair: [] for pair in pairs}
    current: list[Change] = []
    position = 0
    while position < len(listed):
        if listed[position : position + 1] == b":":
            told, path, position = _two(listed, position)
            current.append(_change(told, path))
        else:
            end = listed.index(b"\n", position)
            before, _, after = listed[position:end].decode("ascii").partition(" ")
            current, position = found[before, after], end + 1
    return {pair: tuple(changes) for pair, changes in found.items()}


def _two(listed: bytes, position: int) -> tuple[bytes, bytes, int]:
    """Return a difference and its path, which may hold anything but NUL, and where they end."""
    middle = listed.index(b"\0", position)
    end = listed.index(b"\0", middle + 1)
    return listed[position:middle], listed[middle + 1 : end], end + 1


def _change(told: bytes, path: bytes) -> Change:
    old, new, before, after, _ = told.removeprefix(b":").split(b" ")
    return Change(
        path.decode("utf-8", "backslashreplace"),
        before.decode("ascii"),
        after.decode("ascii"),
        is_link=_SUBMODULE in (old, new),
        is_folder=_FOLDER in (old, new) and {old, new} <= {_FOLDER, _ABSENT},
    )
