"""Hands files over to a scanner: each content once, under a name that says nothing, with a mark.

A scanner leaves out what ignore files, suffixes, folder names or sizes tell it to. Here it gets
`000017.txt` in an empty folder, and a mark at the end of it that no file could foresee: what it
reports no mark of, it has not looked at.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from gatekeeper.scan.code.facts import Unseen
from gatekeeper.scan.secrets import archives, forms

_NUGET = "nuget.config"
# Stands before each content: what begins with it is no archive, picture or program to a scanner.
BEFORE = b"\n"
POINTER = "a Git LFS pointer: its content is kept elsewhere"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a content comes from.

    Attributes:
        path: as reports show it.
        version: the object (hex digits) that a commit brought, or None for a file under judgement.
    """

    path: str
    version: str | None = None

    @property
    def name(self) -> str:
        """The name in the ledger."""
        return f"{self.path}@{self.version[:12]}" if self.version else self.path


def last_part(path: str) -> str:
    """Return all of a path that a scanner gets to see: its suffix, or a name that it asks for."""
    basename = path.rpartition("/")[2].lower()
    return _NUGET if basename == _NUGET else forms.suffix(path)


def top_of(origin: Origin) -> str | None:
    """Return the file under judgement that this is, or stands in; None for a version."""
    return None if origin.version else origin.path.partition(archives.INSIDE)[0]


@dataclass(slots=True)
class Material:
    """What a scanner is given.

    Attributes:
        folder: where the files are written; its owner alone can read it, and it does not stay.
        origins: by the file's name within the folder.
        failed: what could not be handed over.
        binary: how many are no text.
        archived: how many stand within archives.
        mark: stands in the last line of every file.
    """

    folder: Path
    origins: dict[str, list[Origin]] = field(default_factory=dict)
    failed: list[Unseen] = field(default_factory=list)
    binary: int = 0
    archived: int = 0
    mark: str = field(default_factory=lambda: f"gatekeeper-looked-{secrets.token_hex(16)}")
    _known: dict[str, str] = field(default_factory=dict)

    def add(self, origin: Origin, data: bytes) -> None:
        """Hand over a file, and what it holds if it is an archive."""
        if forms.is_pointer(data):
            self.failed.append(Unseen(origin.name, POINTER))
        self._write(origin, data)
        try:
            for inside, content in archives.members(origin.path, data):
                self.archived += 1
                self._write(Origin(inside, origin.version), content)
        except archives.SealedError as error:
            self.failed.append(Unseen(origin.name, str(error)))

    def names(self) -> tuple[str, ...]:
        """Return the names of everything that was handed over, each once."""
        found = {origin.name for origins in self.origins.values() for origin in origins}
        return tuple(sorted(found))

    def seen(self, marked: set[str]) -> tuple[str, ...]:
        """Return the names of what was looked at in all its forms.

        Args:
            marked: files of the folder whose mark was found.
        """
        lost = {
            origin.name
            for file, origins in self.origins.items()
            if file not in marked
            for origin in origins
        }
        return tuple(name for name in self.names() if name not in lost)

    def _write(self, origin: Origin, data: bytes) -> None:
        self.binary += forms.is_binary(data)
        for form in forms.of(data):
            self.origins.setdefault(self._file(origin, form), []).append(origin)

    def _file(self, origin: Origin, form: bytes) -> str:
        """Return the file that holds this form of the content, written if it is new."""
        last = last_part(origin.path)
        digest = hashlib.sha256(form).hexdigest() + last
        if digest not in self._known:
            number = f"{len(self._known):06}"
            name = f"{number}/{last}" if last == _NUGET else number + last
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"%b%b\n%b\n" % (BEFORE, form, self.mark.encode()))
            self._known[digest] = name
        return self._known[digest]
