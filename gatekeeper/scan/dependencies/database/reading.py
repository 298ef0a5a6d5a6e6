"""Records from a folder or a zip archive, neither of which is believed to be harmless."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import NoReturn

from gatekeeper.core.errors import EvidenceError
from gatekeeper.scan.dependencies.database.ecosystems import MAX_RECORD
from gatekeeper.scan.dependencies.database.record import Record, read
from gatekeeper.scan.scanners.interface import in_words

DATABASE_FILE = "database.json"
_YAML = frozenset({".yaml", ".yml"})
_SUFFIXES = frozenset({".json", *_YAML})
# All of OSV's npm is 220,000 records of 600 MB; a bomb is larger.
_MAX_RECORDS = 1_000_000
_MAX_TOTAL = 4_000_000_000
_MEND = "mend or remove the file, or synchronise again"
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError)


def of_folder(folder: Path) -> Iterator[Record]:
    """Yield every record below a folder.

    Raises:
        EvidenceError: a file or folder in it cannot be read, is a link, or is no record.
    """
    for path in sorted(set(files(folder)) - {folder / DATABASE_FILE}):
        yield _record(_name(path, folder), content(path, folder))


def files(folder: Path) -> Iterator[Path]:
    """Yield the files that may be records, and the one that tells of the whole."""
    return (path for path in _below(folder) if path.suffix.lower() in _SUFFIXES)


def _name(path: Path, folder: Path) -> str:
    return in_words(path.relative_to(folder).as_posix())


def _below(folder: Path) -> Iterator[Path]:
    """Yield every file; a folder that would not be looked into is refused."""
    for home, folders, names in os.walk(folder, onerror=_refuse):
        here = Path(home)
        if linked := next(filter(Path.is_symlink, map(here.joinpath, folders)), None):
            reason = f"the folder {in_words(linked.name)} of advisories is a link"
            raise EvidenceError(reason, "replace it by its files")
        yield from map(here.joinpath, names)


def _refuse(error: OSError) -> NoReturn:
    """A folder that cannot be listed hides advisories."""
    name = in_words(Path(error.filename).name)
    raise EvidenceError(
        f"the folder `{name}` of advisories cannot be listed: {error.strerror}",
        "make it readable",
    ) from None


def content(path: Path, folder: Path) -> bytes:
    """Return the bytes of a file of the folder.

    Raises:
        EvidenceError: it cannot be read, or is larger than a record is.
    """
    try:
        _must_be_small(path.stat().st_size)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise _no_record(_name(path, folder), error) from None


def _must_be_small(size: int) -> None:
    if size > MAX_RECORD:
        raise ValueError("larger than an advisory is")


def _record(name: str, data: bytes) -> Record:
    try:
        return read(data, is_json=name.lower().endswith(".json"))
    except ValueError as error:
        raise _no_record(name, error) from None


def _no_record(name: str, error: Exception) -> EvidenceError:
    reason = f"the advisory {name} is not an OSV record: {in_words(str(error))}"
    return EvidenceError(reason, _MEND)


def of_archive(path: Path) -> Iterator[Record]:
    """Yield every record of a zip archive; nothing of it is written to the disk.

    Raises:
        EvidenceError: it is damaged, shortened, larger than such an archive is, or has an entry
            that is encrypted, a link, no record, or named to lead out of a folder.
    """
    try:
        with closing(zipfile.ZipFile(path)) as archive:
            for item in _wanted(archive):
                yield _record(in_words(item.filename), _content(archive, item))
    except _BROKEN_ZIP as error:
        raise _refused(f"is damaged or shortened: {in_words(str(error))}") from None
    except OSError as error:
        raise _refused(f"cannot be read: {error.strerror or error}") from None


def _wanted(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    items = [item for item in archive.infolist() if not item.is_dir()]
    _must_be_usual(items)
    for item in items:
        _must_be_plain(item)
    return [it for it in items if PurePosixPath(it.filename).suffix.lower() in _SUFFIXES]


def _must_be_usual(items: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse an archive of another size than such archives have, or with two files of one name."""
    if len(items) > _MAX_RECORDS or sum(item.file_size for item in items) > _MAX_TOTAL:
        raise _refused("is larger than a database of advisories is")
    if len({item.filename for item in items}) < len(items):
        raise _refused("holds two files of one name")


def _must_be_plain(item: zipfile.ZipInfo) -> None:
    path = PurePosixPath(item.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise _refused(f"holds a path that leads out of it: {in_words(item.filename)}")
    if stat.S_ISLNK(item.external_attr >> 16):
        raise _refused(f"holds a link: {in_words(item.filename)}")
    if item.file_size > MAX_RECORD:
        raise _refused(f"holds a file larger than an advisory is: {in_words(item.filename)}")


def _content(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> bytes:
    """Return one file; the size that its header tells is not believed."""
    with archive.open(item) as stream:
        data = stream.read(MAX_RECORD + 1)
    if len(data) != item.file_size:
        raise _refused(f"lies about the size of {in_words(item.filename)}")
    return data


def _refused(reason: str) -> EvidenceError:
    return EvidenceError(
        f"the archive of advisories {reason}",
        "fetch it again, from a source that you trust; the database in use is left as it was",
    )
