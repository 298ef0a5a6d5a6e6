"""Versions of PEP 440, and whether the ranges of an advisory hold one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.version import Version

_FIRST = "0.dev0"


def parsed(text: str) -> Version | None:
    """Return the version, or None when the text is none of PEP 440, or of too many digits."""
    from packaging.version import Version

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
    if here is None:
        return []
    return [text for at, text in sorted(_comparable(candidates)) if at > here]


def _comparable(texts: Iterable[str]) -> Iterator[tuple[Version, str]]:
    for text in texts:
        if at := parsed(text):
            yield at, text


def within(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """True when the last event that has come by this version is an introduction.

    Walks the events in the order of their versions, as the OSV schema describes. All of them must
    be comparable.
    """
    steps = (_step(text, kind) for event in events for kind, text in event.items())
    kinds = [kind for at, _, kind in sorted(steps) if _has_come(version, at, kind)]
    return kinds[-1:] == ["introduced"]


def _step(text: str, kind: str) -> tuple[Version, bool, str]:
    """Return what sorts an introduction before what else the same version brings.

    The schema's `0` comes before every version, also before pre-releases of 0.
    """
    from packaging.version import Version

    return Version(_FIRST if text == "0" else text), kind != "introduced", kind


def _has_come(version: Version, at: Version, kind: str) -> bool:
    reached = {"introduced": version >= at, "fixed": version >= at, "last_affected": version > at}
    return reached.get(kind, False)
