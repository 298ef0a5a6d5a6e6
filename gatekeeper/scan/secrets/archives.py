"""Takes archives apart, in memory and within limits, whatever their names say that they are."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

INSIDE = "!/"
DEEPEST = 4
MOST_MEMBERS = 20_000
MOST_BYTES = 512 * 1024 * 1024
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 66_000
_USTAR = slice(257, 262)
_STREAMS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_SEALED = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x04\x22\x4d\x18": "LZ4",
}
_BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error),
    *(EOFError, OSError, RuntimeError, NotImplementedError, ValueError),
)


class SealedError(Exception):
    """An archive that cannot be looked into; the text says why."""


@dataclass(slots=True)
class _Budget:
    """What may still be unpacked of one file, however deep it is nested."""

    members: int
    room: int

    def read(self, file: IO[bytes]) -> bytes:
        self.members -= 1
        if self.members < 0:
            raise SealedError(f"an archive of more than {MOST_MEMBERS:,} files")
        data = file.read(self.room + 1)
        self.room -= len(data)
        if self.room < 0:
            raise SealedError(f"an archive that grows beyond {MOST_BYTES // 1024**2} MB")
        return data


def members(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what a file holds if it is an archive, the archives within it taken apart too.

    Args:
        name: of the file; each member's name is put after it.
        data: the file.

    Raises:
        SealedError: it is an archive, and not all of it can be looked at.
    """
    yield from _nested(name, data, _Budget(MOST_MEMBERS, MOST_BYTES), DEEPEST)


def _nested(name: str, data: bytes, budget: _Budget, depth: int) -> Iterator[tuple[str, bytes]]:
    opener = _opener(data)
    if opener is None:
        return
    if depth == 0:
        raise SealedError(f"archives nested deeper than {DEEPEST} levels")
    try:
        for member, content in opener(data, budget):
            inside = f"{name}{INSIDE}{member}"
            yield inside, content
            yield from _nested(inside, content, budget, depth - 1)
    except _BROKEN as error:
        why = "it is encrypted" if "password" in str(error) else "it is damaged"
        raise SealedError(f"an archive that cannot be opened: {why}") from None


def _opener(data: bytes) -> Callable[[bytes, _Budget], Iterator[tuple[str, bytes]]] | None:
    """Return what takes this apart, by its content; None when it is no archive."""
    for mark, kind in _SEALED.items():
        if data.startswith(mark):
            raise SealedError(f"a {kind} archive, which is not opened here")
    if any(data.startswith(mark) for mark in _STREAMS):
        return _stream
    if data[_USTAR] == b"ustar":
        return _tar
    if data.startswith(b"PK\x03\x04") or _ends_as_zip(data):
        return _zip
    return None


def _ends_as_zip(data: bytes) -> bool:
    """True for a program or picture with an archive behind it; a mention in a text is none."""
    return _ZIP_END in data[-_ZIP_TAIL:] and zipfile.is_zipfile(BytesIO(data))


def _stream(data: bytes, budget: _Budget) -> Iterator[tuple[str, bytes]]:
    opened = next(opener for mark, opener in _STREAMS.items() if data.startswith(mark))
    with opened(BytesIO(data)) as file:
        yield "content", budget.read(file)


def _tar(data: bytes, budget: _Budget) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=BytesIO(data), mode="r:") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file:
                yield member.name, budget.read(file)


def _zip(data: bytes, budget: _Budget) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                with archive.open(entry) as file:
                    yield entry.filename, budget.read(file)
