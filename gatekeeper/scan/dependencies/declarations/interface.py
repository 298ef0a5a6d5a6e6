"""What a project file says, and the readings that several formats share."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from gatekeeper.scan.dependencies.locks.interface import UnreadableError
from gatekeeper.scan.dependencies.versions import released

_NO_TABLE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a project asks for, also for development or by an extra.

    Attributes:
        name: normalised; `*` for what cannot be told.
        allowed: versions; any for ranges of Poetry that are written another way (`^2`).
        always: False when a marker limits it to some machines.
        sourced: True when it comes from an address: no release of an index will do.
    """

    name: str
    allowed: SpecifierSet = field(default_factory=SpecifierSet)
    always: bool = True
    sourced: bool = False

    def __str__(self) -> str:
        return f"{self.name}{' @ …' if self.sourced else self.allowed}"

    @property
    def exact(self) -> str | None:
        """The one release that it allows, or None."""
        exact = [one for one in self.allowed if one.operator in {"==", "==="}]
        return released(exact[0].version) if exact else None

    def admits(self, version: str) -> bool:
        """True when the release will do; a need of one build is one of its release here."""
        return not self.sourced and (_is_built(self.allowed) or _holds(self.allowed, version))


def _is_built(allowed: SpecifierSet) -> bool:
    """True when the versions name a build, by its local label."""
    return "+" in str(allowed)


def _holds(allowed: SpecifierSet, version: str) -> bool:
    return allowed.contains(version, prereleases=True)


UNKNOWN = Need("*")


@dataclass(frozen=True, slots=True)
class Project:
    """What a declaration file says.

    Attributes:
        path: of the file.
        name: of the project; may be empty.
        needs: what it asks for; None when it is no project, e.g. only configures tools.
        unreadable: why the file says nothing; empty when it does.
        builds: what is needed to build it.
        computed: what of its needs only a run would tell, in words; empty when nothing is.
        files: beside the file, that hold more of its needs as lines.
    """

    path: str
    name: str = ""
    needs: tuple[Need, ...] | None = None
    unreadable: str = ""
    builds: tuple[Need, ...] = ()
    computed: str = ""
    files: tuple[str, ...] = ()

    @property
    def idle(self) -> bool:
        """True for a project that asks for nothing."""
        return self.needs == ()


def written(lines: object) -> Iterator[Need]:
    """Yield the needs of a list of requirements, each as PEP 508 writes it."""
    for wanted in map(Requirement, listed(lines)):
        name, always = canonicalize_name(wanted.name), wanted.marker is None
        yield Need(name, wanted.specifier, always, sourced=wanted.url is not None)


def listed(value: object) -> list[Any]:
    """Return a list as it is; anything else cannot be read."""
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def toml_of(text: str) -> dict[str, Any]:
    """Return a document.

    Raises:
        UnreadableError: it is none.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableError("is not valid TOML") from None


def table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a table of the document, empty when it has none; anything else cannot be read."""
    found = document.get(key, _NO_TABLE)
    if not isinstance(found, Mapping):
        raise TypeError(key)
    return found
