"""Versions of PEP 440, and whether the ranges of an advisory hold one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.version import Version

_FIRST = Version("0.dev0")


def parsed(text: str) -> Version | None:
    """Return the version, or None when the text is none of PEP 440, or of too many digits."""
    try:
        return Version(text)
    except ValueError:
        return None


def released(text: str) -> str | None:
    """Return the release that a version is a build of, as PEP 440 writes it, or None.

    A local label (`2.0.1+cu118`) sorts after its release, and no advisory lists it: left on, it
    would take the build out of every advisory on the release.
    """
    version = parsed(text)
    return version.public if version else None


def comparable(events: Iterable[Mapping[str, str]]) -> bool:
    """True when every version in the events is one of PEP 440."""
    return all(parsed(text) for event in events for text in event.values())


def opens(events: Iterable[Mapping[str, str]]) -> bool:
    """True when something is introduced; without it a range would hold no version at all."""
    return any("introduced" in event for event in events)


def later(version: str, candidates: Iterable[str]) -> list[str]:
    """Return the candidates that come after a version, ascending; none that cannot be compared."""
    here = parsed(version)
    known = [(at, text) for text in candidates if (at := parsed(text))]
    return [text for at, text in sorted(known) if here and at > here]


def within(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """True when the last event that has come by this version is an introduction.

    Walks the events in the order of their versions, as the OSV schema describes. All of them must
    be comparable.
    """
    steps = [(_at(text), kind) for event in events for kind, text in event.items()]
    # an introduction comes before what else the same version brings
    steps.sort(key=lambda step: (step[0], step[1] != "introduced"))
    kinds = [kind for at, kind in steps if _has_come(version, at, kind)]
    return kinds[-1:] == ["introduced"]


def _at(text: str) -> Version:
    """The schema's `0` comes before every version, also before pre-releases of 0."""
    return _FIRST if text == "0" else Version(text)


def _has_come(version: Version, at: Version, kind: str) -> bool:
    reached = {"introduced": version >= at, "fixed": version >= at, "last_affected": version > at}
    return reached.get(kind, False)
