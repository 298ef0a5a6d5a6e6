"""The registries whose packages can be judged: how each names and orders its versions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gatekeeper.scan.dependencies.versions import parsed

# A file of this many bytes is no record: the largest real ones list thousands of versions.
MAX_RECORD = 8_000_000


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """A registry of packages.

    Attributes:
        key: as file names and policies write it, e.g. `pypi`.
        osv: as OSV records write it, e.g. `PyPI`.
        names: returns the one spelling under which a name is known.
        version: returns a version that can be compared with others, or None for what is none.
        first: a version that comes before every other; OSV writes it `0`.
    """

    key: str
    osv: str
    names: Callable[[str], str]
    version: Callable[[str], Any]
    first: str

    @property
    def archive(self) -> str:
        """The address of the whole database, as OSV publishes it."""
        return f"https://osv-vulnerabilities.storage.googleapis.com/{self.osv}/all.zip"

    def at(self, text: str) -> Any:
        """Return a version of an event, `0` being before all others; None for what is none."""
        return self.version(self.first if text == "0" else text)


def _python_name(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)


@functools.lru_cache(maxsize=50_000)
def _python_version(text: str) -> Any:
    return parsed(text)


@functools.lru_cache(maxsize=50_000)
def _semantic_version(text: str) -> Any:
    from semver import Version

    try:
        return Version.parse(text.strip().lstrip("=v"))
    except ValueError:
        return None


PYPI = Ecosystem("pypi", "PyPI", _python_name, _python_version, "0.dev0")
NPM = Ecosystem("npm", "npm", str.strip, _semantic_version, "0.0.0-0")
ECOSYSTEMS = {one.key: one for one in (PYPI, NPM)}
