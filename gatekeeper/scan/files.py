"""Which files are under judgement: every one is expected to be looked at, or accounted for.

In a git repository these are the tracked files and those that git would add; elsewhere all but
what package and version tools keep for themselves.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from gatekeeper import git
from gatekeeper.core.errors import ToolError
from gatekeeper.scan.code.facts import Unseen

LEFT_OUT = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".tox", ".nox"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache"}
)
_ENVIRONMENTS = frozenset({".venv", "venv"})
_SUFFIXES = {
    "python": (".py", ".pyw", ".pyi", ".wsgi"),
    "javascript": (".js", ".jsx", ".mjs", ".cjs"),
    "typescript": (".ts", ".tsx", ".mts", ".cts"),
}
_LANGUAGES = {suffix: name for name, suffixes in _SUFFIXES.items() for suffix in suffixes}
_SHEBANG = 200
_TWOFOLD = "of one language by its name, another by its first line"
# A first line names the language of a program without a suffix; `deno` and `bun` run both of the
# latter, and TypeScript is the one that the other is a part of.
_INTERPRETERS = {
    "python": re.compile(rb"python|pypy|\buv run\b|\bpipx run\b"),
    "typescript": re.compile(rb"\b(deno|bun|tsx|ts-node)\b"),
    "javascript": re.compile(rb"\bnode(js)?\b"),
}


@dataclass(frozen=True, slots=True)
class Tree:
    """The files under a root.

    Attributes:
        files: regular files, relative with `/`, sorted.
        skipped: what needs no look, and why, e.g. a link to a file that is listed anyway.
        failed: what should have been looked at and cannot be, and why.
    """

    files: tuple[str, ...]
    skipped: tuple[Unseen, ...]
    failed: tuple[Unseen, ...]


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Why a file is not looked at; harmless when nothing is lost by that."""

    reason: str
    harmless: bool = False


def listing(root: Path) -> Tree:
    """Return the files under `root`.

    Raises:
        ToolError: git could not list them, or a folder cannot be read.
    """
    left: list[Path] = []
    names = git.files(root) if git.is_repository(root) else _names(root, _walk(root, left))
    known = frozenset(names)
    found = {name: _obstacle(root, name, known) for name in names}
    return Tree(
        files=tuple(name for name, obstacle in found.items() if obstacle is None),
        skipped=(*_kept_by_tools(root, left), *_behind(found, harmless=True)),
        failed=tuple(_behind(found, harmless=False)),
    )


def _behind(found: Mapping[str, _Obstacle | None], *, harmless: bool) -> Iterator[Unseen]:
    for name, obstacle in found.items():
        if obstacle and obstacle.harmless is harmless:
            yield Unseen(printable(name), obstacle.reason)


def language(root: Path, name: str) -> str | None:
    """Return the language of a file by its name or, when that says nothing, by its first line.

    A first line that names the interpreter counts whatever the suffix: `deploy.cgi` is a program.
    """
    return _by_name(name) or _by_first_line(f"{root}{os.sep}{name}")


def _by_name(name: str) -> str | None:
    return _LANGUAGES.get(name[name.rfind(".") :].lower()) if "." in name else None


def _two_languages(place: str, name: str) -> bool:
    """True for a file that is run as what it is not looked at as."""
    named = _by_name(name)
    run = _by_first_line(place) if named else None
    return run is not None and _family(named) != _family(run)


def _family(named: str | None) -> str | None:
    """Return what stands for a language here: TypeScript and JavaScript have the same rules."""
    return "javascript" if named == "typescript" else named


def _by_first_line(place: str) -> str | None:
    # every file of the tree comes by here: raw calls take a third of the time
    try:
        file = os.open(place, os.O_RDONLY)
    except OSError:
        return None
    try:
        first = os.read(file, _SHEBANG).partition(b"\n")[0]
    except OSError:
        return None
    finally:
        os.close(file)
    if not first.startswith(b"#!"):
        return None
    return next((one for one, pattern in _INTERPRETERS.items() if pattern.search(first)), None)


def printable(name: str) -> str:
    """Return a file name as valid text; other bytes than UTF-8 are written as hex escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _obstacle(root: Path, name: str, known: frozenset[str]) -> _Obstacle | None:
    """Return why a file is not looked at, or None when it is."""
    place = f"{root}{os.sep}{name}"
    try:
        mode = os.lstat(place).st_mode
    except FileNotFoundError:
        return _Obstacle("deleted from the work tree", harmless=True)
    except OSError as error:
        return _Obstacle(f"cannot be read: {error.strerror}")
    if stat.S_ISLNK(mode):
        return _link(root.resolve(), Path(place), known)
    return _unfit(place, name, mode)


def _unfit(place: str, name: str, mode: int) -> _Obstacle | None:
    """Return why what is there, and is no link, cannot be looked at."""
    reasons = (
        (stat.S_ISDIR(mode), "a repository inside this one; its files are not listed"),
        (not stat.S_ISREG(mode), "neither a file nor a folder"),
        (name != printable(name), "its name is not valid UTF-8"),
        (not os.access(place, os.R_OK), "cannot be read: no permission"),
        # only a regular file is opened: a pipe would never answer
        (stat.S_ISREG(mode) and _two_languages(place, name), _TWOFOLD),
    )
    return next((_Obstacle(reason) for applies, reason in reasons if applies), None)


def _link(root: Path, path: Path, known: frozenset[str]) -> _Obstacle:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return _Obstacle("a link that leads nowhere", harmless=True)
    if not target.is_relative_to(root):
        return _Obstacle("a link that leaves the tree")
    inside = target.relative_to(root).as_posix()
    if not _listed(inside, known):
        return _Obstacle(f"a link to {printable(inside)}, which is not listed")
    # data under the name of a program, or a program under that of another language: it is run by
    # the link, and nobody looks at it as what it then is
    named = _by_name(path.name)
    if named and _is_other(root, inside, named):
        which = f"a link that makes {named.title()} of {printable(inside)}"
        return _Obstacle(f"{which}, which is not looked at as that")
    return _Obstacle("a link to what is looked at anyway", harmless=True)


def _is_other(root: Path, name: str, named: str) -> bool:
    return (root / name).is_file() and _family(language(root, name)) != _family(named)


def _listed(inside: str, known: frozenset[str]) -> bool:
    """True for a file that is listed, and for a folder that holds one."""
    return inside in {".", *known} or any(name.startswith(f"{inside}/") for name in known)


def _walk(root: Path, left: list[Path]) -> Iterator[Path]:
    """Yield files and links; the folders that are left to the tools are added to `left`."""
    for folder, folders, names in os.walk(root, onerror=_refuse):
        here = Path(folder)
        kept = [*filter(_kept_by_a_tool, map(here.joinpath, sorted(folders)))]
        left += kept
        folders[:] = sorted({*folders}.difference(path.name for path in kept))
        links = filter(Path.is_symlink, map(here.joinpath, folders))
        yield from sorted((*map(here.joinpath, names), *links))


def _names(root: Path, paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(path.relative_to(root).as_posix() for path in paths)


def _kept_by_tools(root: Path, folders: Iterable[Path]) -> Iterator[Unseen]:
    return (Unseen(printable(name), "kept by tools") for name in _names(root, folders))


def _kept_by_a_tool(folder: Path) -> bool:
    """True for what a tool can make again; a `venv` that is no environment is the project's own."""
    if folder.name in _ENVIRONMENTS:
        return (folder / "pyvenv.cfg").is_file()
    return folder.name in LEFT_OUT


def _refuse(error: OSError) -> NoReturn:
    """A folder that cannot be listed hides files."""
    name = printable(Path(error.filename).name)
    raise ToolError(
        f"the folder {name} cannot be listed: {error.strerror}", "make it readable, or remove it"
    ) from None
