"""The base of a change, read from git's objects alone: what its files hold, and which they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatekeeper import git
from gatekeeper.core.errors import ToolError
from gatekeeper.scan.code.content import LARGEST

_ENTRY = re.compile(rb"(100644|100755) blob ([0-9a-f]{40})\t(.+)", re.DOTALL)
_HEADER = re.compile(rb"[0-9a-f]+ blob (\d+)\n")


@dataclass(frozen=True, slots=True)
class Base:
    """The files of a commit below a folder of the checkout.

    Attributes:
        root: the folder.
        blobs: the id of each regular file's content (40 hex digits), by path relative to it.
    """

    root: Path
    blobs: Mapping[str, str]

    def contents(self, paths: tuple[str, ...]) -> dict[str, bytes]:
        """Return the content of these files; one that is too large or not true to its id lacks.

        Raises:
            ToolError: git does not answer.
        """
        wanted = {path: self.blobs[path] for path in paths}
        asked = "".join(f"{blob}\n" for blob in wanted.values()).encode()
        with git.borrowed(self.root) as store:
            done = git.ask(store, "cat-file", "--batch", given=asked)
        found = dict(zip(wanted, _blobs(done.stdout, len(wanted)), strict=True))
        return {
            path: data
            for path, data in found.items()
            if len(data) <= LARGEST and blob_id(data) == wanted[path]
        }


def base_of(root: Path, commit: str) -> Base:
    """Return the files of `commit` below `root`.

    Raises:
        ToolError: the commit cannot be read.
    """
    prefix = root.relative_to(git.top(root)).as_posix().removeprefix(".")
    with git.borrowed(root) as store:
        listed = git.ask(store, "ls-tree", "-r", "-z", "--end-of-options", f"{commit}:{prefix}")
        known = git.ask(store, "cat-file", "-e", f"{commit}^{{tree}}")
    if known.returncode:
        raise ToolError(f"the base {commit[:12]} cannot be read", "fetch its whole content")
    return Base(root, dict(_entries(listed.stdout)))


def blob_id(data: bytes) -> str:
    """Return git's name for a content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _entries(listed: bytes) -> Iterator[tuple[str, str]]:
    for entry in listed.split(b"\0"):
        if found := _ENTRY.fullmatch(entry):
            path = found[3].decode("utf-8", "surrogateescape")
            if _can_be_written(path):
                yield path, found[2].decode()


def _can_be_written(path: str) -> bool:
    """True for a path that stays where it is put; git's own objects can hold any."""
    return path.isprintable() and not {"", ".", ".."} & set(path.split("/"))


def _blobs(output: bytes, count: int) -> Iterator[bytes]:
    """Yield the contents of `cat-file --batch`, in the order of asking; empty for a missing one."""
    at = 0
    for _ in range(count):
        line_end = output.find(b"\n", at) + 1
        header = _HEADER.fullmatch(output, at, line_end)
        if header:
            size = int(header[1])
            yield output[line_end : line_end + size]
            at = line_end + size + 1
        else:
            yield b""
            at = line_end
