"""The forms in which a file's content is handed to a scanner, so that it sees what a program would.

Nothing of a file's name or first bytes may switch a scanner off, so both are taken away.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import PurePosixPath

LFS = b"version https://git-lfs.github.com/spec/"
_LFS_LONGEST = 1024
_SAMPLE = 4096
_WIDE = 0.3
# utf-32 first: its little-endian mark begins with that of utf-16
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    codecs.BOM_UTF8: "utf-8",
}
# The only suffixes that a detector asks for; every other one could only hide a secret.
_SUFFIXES = {".yaml": ".yaml", ".yml": ".yaml", ".tf": ".tf", ".hcl": ".tf", ".tfvars": ".tf"}


def is_pointer(data: bytes) -> bool:
    """True for what Git LFS leaves in the place of a file that it keeps elsewhere."""
    return len(data) < _LFS_LONGEST and data.startswith(LFS)


def is_binary(data: bytes) -> bool:
    """True for what is no text in any encoding that is told apart here."""
    return b"\0" in data[:_SAMPLE] and _encoding(data) is None


def suffix(name: str) -> str:
    """Return the suffix under which a scanner gets the file."""
    return _SUFFIXES.get(PurePosixPath(name).suffix.lower(), ".txt")


def of(data: bytes) -> Iterator[bytes]:
    """Yield the content as it stands, without a byte order mark, and as UTF-8 if it is wider.

    As it stands, too: a mark at the beginning does not make the rest what it says. Zeros make a
    scanner take bytes for wide characters; without them, wide ones within a program can be read.
    """
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    body = data[len(mark) :]
    yield body.replace(b"\0", b" ")
    encoding = _encoding(data)
    if encoding and encoding != "utf-8":
        yield body.decode(encoding, "replace").encode("utf-8", "replace").replace(b"\0", b" ")
    elif b"\0" in body:
        yield body.replace(b"\0", b"")


def _encoding(data: bytes) -> str | None:
    """Return the encoding that a mark declares, or that the zeros of Latin text give away."""
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return name
    sample = data[:_SAMPLE]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) / half > _WIDE and sample[0::2].count(0) / half < _WIDE:
        return "utf-16-le"
    if sample[0::2].count(0) / half > _WIDE and sample[1::2].count(0) / half < _WIDE:
        return "utf-16-be"
    return None
