"""What a scanner compiles of its patterns, kept between runs and used only where we saw it made.

Compiling takes seconds. Who could put another compilation in its place would choose what is found.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.scan.results import Results, named


@dataclass(frozen=True, slots=True)
class Compiled:
    """A folder for it.

    Attributes:
        folder: where the scanner keeps it; may not exist yet.
        kept: where its digest is written down, sealed.
        depends: scanner, version and patterns.
    """

    folder: Path
    kept: Results
    depends: tuple[str, ...]

    @property
    def _name(self) -> bytes:
        return named("compiled", *self.depends)

    def open(self) -> Path:
        """Return the folder, emptied unless it holds exactly what we saw made."""
        if self.kept.get([self._name]).get(self._name) != _digest(self.folder):
            if self.folder.is_symlink():
                self.folder.unlink()
            shutil.rmtree(self.folder, ignore_errors=True)
        return self.folder

    def close(self) -> None:
        """Write down what the folder holds after a run."""
        self.kept.put({self._name: _digest(self.folder)})


def _digest(folder: Path) -> bytes:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b"no file"
        total.update(f"{path.relative_to(folder)}\0{len(data)}\0".encode() + data)
    return total.hexdigest().encode()
