"""A folder as it is in the base commit: what a pull request brings does not judge it."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import filterfalse
from pathlib import Path

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.scan.scanners.interface import in_words

_FILES = (b"100644 ", b"100755 ")


@contextmanager
def folder_of(root: Path, commit: str, name: str, seconds: float) -> Iterator[Path]:
    """Yield a copy of a folder of a commit; it is gone afterwards.

    Args:
        root: any folder of the checkout.
        commit: hex digits.
        name: of the folder, relative to `root`.
        seconds: how long reading it may take.

    Raises:
        EvidenceError: the commit does not have the folder, or more than files in it.
        ToolError: git failed or took too long.
    """
    expected = _listed(root, commit, name)
    tree = git.run(root, "rev-parse", "--verify", f"{commit}:./{name}").decode().strip()
    # git refuses to pack a tree that does not know the folder it is run in: go to the top
    top = root / git.run(root, "rev-parse", "--show-cdup").decode().strip()
    packed = git.run(top, "archive", "--format=zip", tree, timeout=seconds)
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as home:
        # not tar: the filter that keeps its paths inside is missing before Python 3.11.4
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(home)
        folder = Path(home).resolve()
        # `export-ignore` in the attributes leaves files out of archives
        if lost := sorted(path for path in expected if not (folder / path).is_file()):
            reason = f"git does not hand out {len(lost)} file{'s' * (len(lost) != 1)} of `{name}`"
            step = "remove `export-ignore` from .gitattributes"
            raise EvidenceError(f"{reason}, e.g. {in_words(lost[0])}", step)
        yield folder


def _listed(root: Path, commit: str, name: str) -> list[str]:
    """Return the files of the folder, relative to it."""
    try:
        told = git.run(root, "ls-tree", "-r", "-z", "--full-tree", f"{commit}:./{name}")
    except ToolError:
        raise EvidenceError(
            f"the base {commit[:7]} has no folder `{name}` of advisories",
            "merge the folder into the base branch first: a pull request is judged by what was "
            "there before it",
        ) from None
    entries = list(filter(None, told.split(b"\0")))
    if other := next(filterfalse(_is_file, entries), b""):
        reason = f"`{name}` in the base {commit[:7]} holds a link or a repository"
        raise EvidenceError(f"{reason}: {in_words(_path(other))}", "replace it by its files")
    return list(map(_path, entries))


def _is_file(entry: bytes) -> bool:
    return entry.startswith(_FILES)


def _path(entry: bytes) -> str:
    return entry.partition(b"\t")[2].decode("utf-8", "surrogateescape")
