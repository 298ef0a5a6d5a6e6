"""The commits of a change: every version of a file that they brought, and their messages.

Read from the object store; nothing is checked out, so nothing that a checkout configures is run,
and no shallow mark can end the history early without an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.scan.files import printable

MESSAGE = "(commit message)"
_TOGETHER = 64
_FETCH = "run `git fetch --unshallow`; in GitHub Actions set `fetch-depth: 0` on actions/checkout"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a file, or a commit's message.

    Attributes:
        path: relative to the repository's root, or `MESSAGE`.
        oid: of the object, hex digits.
        message: True for a commit, whose message is meant.
    """

    path: str
    oid: str
    message: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """The commits that are reachable from `head` and not from `since`.

    Attributes:
        objects: a repository that holds them, see `git.borrowed`.
        since: a commit, or None for every commit there is.
        head: a commit.
    """

    objects: Path
    since: str | None
    head: str

    @property
    def _ends(self) -> tuple[str, ...]:
        return (self.head, f"^{self.since}") if self.since else (self.head,)

    def versions(self) -> tuple[Version, ...]:
        """Return every version that the commits brought, each once.

        Raises:
            EvidenceError: this clone does not have them all.
        """
        try:
            listed = git.run(self.objects, "rev-list", "--objects", *self._ends, "--", timeout=120)
        except ToolError as error:
            reason = f"the commits of the change cannot be listed: {error.reason}"
            raise EvidenceError(reason, _FETCH) from None
        lines = listed.decode("utf-8", "surrogateescape").split("\n")
        named = [line.partition(" ")[::2] for line in lines if line]
        kinds = self._kinds([oid for oid, _ in named])
        found = (_version(oid, printable(path), kinds[oid]) for oid, path in named)
        return tuple(filter(None, found))

    def read(self, versions: Sequence[Version]) -> Iterator[tuple[Version, bytes]]:
        """Yield each version with its content, a few at a time."""
        for start in range(0, len(versions), _TOGETHER):
            some = versions[start : start + _TOGETHER]
            found = _batch(self._ask("--batch", [version.oid for version in some]))
            for version, (_, data) in zip(some, found, strict=True):
                yield version, data.partition(b"\n\n")[2] if version.message else data

    def brought_by(self, oid: str) -> str:
        """Return the oldest commit of the range that brought a version; a message's own commit."""
        if self._kinds([oid])[oid] == "commit":
            return oid
        what = f"--find-object={oid}"
        args = ("log", "--format=%H", "--no-patch", "--root", "-m", what, *self._ends, "--")
        commits = git.run(self.objects, *args, timeout=120).decode().split()
        return commits[-1] if commits else self.head

    def _kinds(self, oids: Sequence[str]) -> dict[str, str]:
        """Return `blob`, `tree`, `commit` or `tag` by object."""
        said = self._ask("--batch-check=%(objectname) %(objecttype)", oids).decode()
        kinds = dict(line.split(" ", 1) for line in said.splitlines())
        lacking = [oid for oid in oids if kinds.get(oid, "missing") == "missing"]
        if lacking:
            raise EvidenceError(f"this clone lacks the object {lacking[0][:12]}", _FETCH)
        return kinds

    def _ask(self, how: str, oids: Sequence[str]) -> bytes:
        given = "".join(f"{oid}\n" for oid in oids).encode()
        done = git.ask(self.objects, "cat-file", how, given=given, timeout=120)
        if done.returncode:
            raise EvidenceError("git cannot read the objects of the change", "run `git fsck`")
        return done.stdout


@contextmanager
def opened(root: Path, since: str | None, head: str) -> Iterator[Range]:
    """Give the range, which lasts as long as the context.

    Raises:
        ToolError: the objects of the checkout cannot be found.
    """
    with git.borrowed(root) as objects:
        yield Range(objects, since, head)


def _batch(said: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield object and content of what `cat-file --batch` answers, in the order of the question."""
    at = 0
    while at < len(said):
        end = said.index(b"\n", at)
        words = said[at:end].decode().split()
        if len(words) != len(("oid", "kind", "size")):
            raise EvidenceError(f"this clone lacks the object {words[0][:12]}", _FETCH)
        size = int(words[2])
        yield words[0], said[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _version(oid: str, path: str, kind: str) -> Version | None:
    if kind == "commit":
        return Version(MESSAGE, oid, message=True)
    return Version(path or "(without a name)", oid) if kind == "blob" else None
