"""Sightings → places: each secret once, named so that neither it nor a part of it can be learnt.

A digest of a password tells whoever guesses it that the guess is right. So what names a finding is
what stands to the left of the secret, and the secret itself only where a machine made it and it
is long: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from gatekeeper.scan.secrets import kinds
from gatekeeper.scan.secrets.archives import INSIDE
from gatekeeper.scan.secrets.facts import Secret
from gatekeeper.scan.secrets.material import BEFORE, Material, Origin
from gatekeeper.scan.secrets.sighting import Sighting

_CONTEXT = 120
_RANDOM = 20
_DISTINCT = 10
_HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class Placed:
    """A sighting at the place that its file came from."""

    origin: Origin
    sighting: Sighting = field(repr=False)

    def secret(self, line: str, commit: str | None) -> Secret:
        """Return what may be told of it.

        Args:
            line: the line that holds it; not told.
            commit: that brought it, if the files under judgement do not hold it.
        """
        seen = self.sighting
        return Secret(
            rule=kinds.rule_of(seen.detector),
            detector=seen.detector,
            path=self.origin.path,
            line=max(1, seen.line - len(BEFORE.splitlines())),
            column=seen.column,
            identity=_identity(seen, line),
            commit=commit,
        )


def places(sightings: Iterable[Sighting], material: Material) -> list[Placed]:
    """Return each secret once for each file, the files under judgement first.

    What a commit brought is told only if no file under judgement holds it: there it is told
    already.
    """
    found = [
        Placed(origin, sighting)
        for sighting in sightings
        for origin in material.origins[sighting.file]
    ]
    now = _once(one for one in found if not one.origin.version)
    known = {one.sighting.value for one in now}
    gone = (one for one in found if one.origin.version and one.sighting.value not in known)
    return [*now, *_first(_once(gone))]


def _once(placed: Iterable[Placed]) -> list[Placed]:
    """Leave out what two detectors tell of one place, and what a file repeats of its members."""
    ordered = sorted(placed, key=_place)
    told = [one for _, group in groupby(ordered, key=_line) for one in _best(group)]
    inside = {
        (one.origin.path.partition(INSIDE)[0], one.sighting.value)
        for one in told
        if INSIDE in one.origin.path
    }
    return [one for one in told if (one.origin.path, one.sighting.value) not in inside]


def _best(group: Iterable[Placed]) -> Iterator[Placed]:
    """Yield the secrets of one line; of overlapping ones that of the most telling detector."""
    kept: list[str] = []
    for one in sorted(group, key=lambda one: kinds.made_up(one.sighting.detector)):
        value = one.sighting.value
        if not any(value in other or other in value for other in kept):
            kept.append(value)
            yield one


def _first(placed: Iterable[Placed]) -> Iterator[Placed]:
    """Yield what commits brought, each secret once for each path, in however many versions."""
    told: set[tuple[str, str]] = set()
    for one in placed:
        key = (one.origin.path, one.sighting.value)
        if key not in told:
            told.add(key)
            yield one


def _place(one: Placed) -> tuple[str, str, int, int, str]:
    seen = one.sighting
    return (one.origin.path, one.origin.version or "", seen.line, seen.column or 0, seen.detector)


def _line(one: Placed) -> tuple[str, str, int]:
    return (one.origin.path, one.origin.version or "", one.sighting.line)


def _identity(seen: Sighting, line: str) -> str:
    before, found, _ = line.partition(seen.value)
    context = " ".join(before.split())[-_CONTEXT:] if found else _HIDDEN
    random = (
        not kinds.made_up(seen.detector)
        and len(seen.value) >= _RANDOM
        and len(set(seen.value)) >= _DISTINCT
    )
    parts = (context, seen.value if random else _HIDDEN)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]
