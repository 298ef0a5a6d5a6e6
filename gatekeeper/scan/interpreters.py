"""Which Python reads the code: the newest one here, since an older one cannot parse newer syntax.

One that stands in the scanned tree is the tree's own word about itself, and is never started;
neither is a script in an interpreter's place, which chooses by the folder that it is run in.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, version
from importlib.util import find_spec
from pathlib import Path

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.results import Results, named

_NAME = re.compile(r"python3\.(\d+)")
_SUPPORTED = re.compile(r"Programming Language :: Python :: 3\.(\d+)")
_PROBING = 20.0
# The library that says which versions it supports; our own workers need less than it does.
_LIBRARY = "bandit"
_PROBE = """
import bandit.core.manager, gatekeeper.scan.scanners.bandit_worker, platform
print(platform.python_implementation(), platform.python_version())
"""
# What stands before the rest of every program that another Python runs: where the libraries are.
_BOOT = "import sys; sys.path += sys.argv[1].split('\\n'); del sys.argv[1]; "


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python to run a library of ours with.

    Attributes:
        program: absolute.
        version: e.g. `3.13.1`.
    """

    program: str
    version: str

    @property
    def runtime(self) -> str:
        """Return what it is called in reports."""
        return f"Python {'.'.join(self.version.split('.')[:2])}"

    def command(self, code: str) -> list[str]:
        """Return a command line for Python code that imports our libraries, and nothing else.

        `-I -S`: neither the working folder, nor PYTHON* variables, nor the site packages and the
        start-up files of that interpreter have a say.
        """
        return [self.program, "-I", "-S", "-c", _BOOT + code, "\n".join(_libraries())]


OWN = Interpreter(sys.executable, platform.python_version())


def newest(folders: Sequence[Path], tree: Path, kept: Results) -> Interpreter:
    """Return the newest Python that runs our libraries; this one when there is no newer.

    Args:
        folders: where programs are looked for.
        tree: the scanned tree, whose programs are none of ours.
        kept: remembers which ones were tried.
    """
    for program in _newer(folders, tree, _newest_supported()):
        if told := _tried(program, kept):
            return Interpreter(str(program), told)
    return OWN


def _newest_supported() -> int:
    """Return the newest minor version that the library says it supports."""
    try:
        classifiers = metadata(_LIBRARY).get_all("Classifier") or ()
    except PackageNotFoundError:
        return 0
    found = filter(None, map(_SUPPORTED.fullmatch, classifiers))
    return max((int(version[1]) for version in found), default=0)


def _newer(folders: Iterable[Path], tree: Path, most: int) -> Iterator[Path]:
    """Yield the programs that are newer than this one, the newest first."""
    found = []
    for place in folders:
        for name in _names(place):
            minor = int(name[1])
            if sys.version_info.minor < minor <= most:
                found.append((minor, place / name[0]))
    for _, program in sorted(found, key=lambda one: -one[0]):
        if _is_program(program) and not _within(program, tree):
            yield program.resolve()


def _names(folder: Path) -> Iterator[re.Match[str]]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names alone, and hundreds of them
    except OSError:
        return iter(())
    return filter(None, map(_NAME.fullmatch, sorted(names)))


def _is_program(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return os.access(path, os.X_OK) and file.read(2) != b"#!"
    except OSError:
        return False


def _within(program: Path, tree: Path) -> bool:
    """True for what the tree brings, by its name or by where it leads, from any of its folders."""
    top = next((one for one in (tree, *tree.parents) if os.path.lexists(one / ".git")), tree)
    return any(place.is_relative_to(top) for place in (program.absolute(), program.resolve()))


def _tried(program: Path, kept: Results) -> str:
    """Return the version of a Python that can import the library, or nothing."""
    about = program.stat()
    identity = (str(program), str(about.st_mtime_ns), str(about.st_size), str(about.st_ino))
    name = named("interpreter", version(_LIBRARY), sys.version, *identity)
    known = kept.get([name]).get(name)
    if known is None:
        known = _probe(program).encode()
        kept.put({name: known})
    return known.decode()


def _probe(program: Path) -> str:
    command = Interpreter(str(program), "").command(_PROBE)
    try:
        done = processes.run(program.name, command, timeout=_PROBING)
    except ToolError:
        return ""
    kind, _, told = done.output.decode("ascii", "replace").strip().partition(" ")
    return told if not done.status and kind == "CPython" else ""


def _libraries() -> list[str]:
    """Return the folders of the libraries that workers import, and of this package itself."""
    found = (find_spec(name) for name in (_LIBRARY, "gatekeeper"))
    places = (Path(spec.origin).parents[1] for spec in found if spec and spec.origin)
    return list(dict.fromkeys(map(str, places)))
