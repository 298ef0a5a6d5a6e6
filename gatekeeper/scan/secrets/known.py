"""Files that were looked at before and held nothing: they need not be looked at again.

Only that is kept, never a secret or a word of one: a file that holds any is looked at anew.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.scan.results import Results, named
from gatekeeper.scan.secrets.material import last_part


@dataclass(frozen=True, slots=True)
class Clean:
    """What a file without secrets was made of.

    Attributes:
        archived: how many files stand within it.
        binary: how many of them, and itself, are no text.
    """

    archived: int
    binary: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of files.

    Attributes:
        kept: what was written down before.
        depends: all that an answer depends on besides the file: scanner, version, patterns.
    """

    kept: Results
    depends: tuple[str, ...]

    def among(self, digests: Mapping[str, str]) -> dict[str, Clean]:
        """Return what is known of these files.

        Args:
            digests: of their contents, by path.
        """
        names = {path: self._name(path, digest) for path, digest in digests.items()}
        bodies = self.kept.get(set(names.values()))
        found = {path: bodies[name] for path, name in names.items() if name in bodies}
        return {path: Clean(*map(int, body.split())) for path, body in found.items()}

    def keep(self, digests: Mapping[str, str], clean: Mapping[str, Clean]) -> None:
        """Write down that these files hold nothing."""
        self.kept.put(
            {
                self._name(path, digests[path]): b"%d %d" % (one.archived, one.binary)
                for path, one in clean.items()
            }
        )

    def _name(self, path: str, digest: str) -> bytes:
        return named("secrets", _code(), *self.depends, last_part(path), digest)


def depends(scanner: str, patterns: Path) -> tuple[str, ...]:
    """Return what an answer depends on besides the file.

    Args:
        scanner: its name and version.
        patterns: the file of our own patterns.
    """
    return scanner, hashlib.sha256(patterns.read_bytes()).hexdigest()


def digests(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the digest of each file that can be read, by path."""
    found: dict[str, str] = {}
    for name in names:
        try:
            with (root / name).open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            continue  # whoever reads it next says why it cannot be read
    return found


@functools.cache
def _code() -> str:
    """Return a digest of the code that hands files over and takes answers."""
    room = Path(__file__).parents[1]
    total = hashlib.sha256()
    for path in sorted((*(room / "secrets").glob("*.py"), *(room / "scanners").glob("*.py"))):
        data = path.read_bytes()
        total.update(f"{path.name}\0{len(data)}\0".encode() + data)
    return total.hexdigest()
