"""setup.cfg: the sections of setuptools; other tools keep their settings here too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from configparser import RawConfigParser

from gatekeeper.scan.dependencies.declarations.interface import UNKNOWN, Need, Project, written

_EXTRAS = "options.extras_require"


def read(path: str, text: str) -> Project:
    """Read one file; one that asks for nothing says nothing."""
    parser = RawConfigParser()
    parser.read_string(text)
    texts = filter(None, map(str.strip, _texts(parser)))
    needs = tuple(need for text in texts for need in _asked(text))
    building = parser.get("options", "setup_requires", fallback="").strip()
    return Project(path, needs=needs or None, builds=tuple(_asked(building)))


def _texts(parser: RawConfigParser) -> Iterator[str]:
    yield parser.get("options", "install_requires", fallback="")
    if parser.has_section(_EXTRAS):
        yield from dict(parser.items(_EXTRAS)).values()


def _asked(text: str) -> Iterable[Need]:
    """Return what one value asks for: lines, or one line with `;` between the needs."""
    if text.startswith("file:"):
        return [UNKNOWN]
    lines = text.splitlines() if "\n" in text else text.split(";")
    return written(list(filter(str.strip, lines)))
