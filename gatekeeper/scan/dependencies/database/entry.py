"""What one record says of one package, compiled: intervals of versions, ready to be compared.

Compiling loses nothing: an entry holds a version exactly when the record does, as the OSV schema
describes it. Listed versions that a range holds as well are dropped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter
from typing import Any, TypeAlias

from gatekeeper.scan.dependencies.database.ecosystems import Ecosystem
from gatekeeper.scan.dependencies.database.record import Affected, Range, Record
from gatekeeper.scan.dependencies.database.severity import danger
from gatekeeper.scan.scanners.interface import in_words

# From a version, up to another one (None: for ever), and whether that one is still affected.
Interval: TypeAlias = tuple[str, str | None, bool]
_SUMMARY = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """An advisory on one package.

    Attributes:
        id: of the record.
        aliases: its other ids.
        summary: one line.
        intervals: of affected versions.
        versions: affected ones outside of the intervals.
        always: True when every version counts, since the record does not tell clearly which.
        fixed: versions that mend it, ascending.
        severity: `low` … `critical`, or None.
        score: of CVSS, or None.
        epss: 0–1, or None.
        exploited: True when it is known to be exploited.
    """

    id: str
    aliases: Sequence[str] = ()
    summary: str = ""
    intervals: Sequence[Interval] = ()
    versions: Sequence[str] = ()
    always: bool = False
    fixed: Sequence[str] = ()
    severity: str | None = None
    score: float | None = None
    epss: float | None = None
    exploited: bool = False

    def holds(self, version: Any, ecosystem: Ecosystem) -> bool:
        """True for an affected version, parsed as the ecosystem does."""
        if self.always or any(_inside(version, one, ecosystem) for one in self.intervals):
            return True
        return any(version == ecosystem.version(listed) for listed in self.versions)

    def written(self) -> list[Any]:
        """Return what `from_written` reads."""
        return [getattr(self, name) for name in self.__slots__]


def from_written(told: list[Any]) -> Entry:
    """Return the entry that was written; its lists are left as JSON reads them."""
    return Entry(*told)


def _inside(version: Any, interval: Interval, ecosystem: Ecosystem) -> bool:
    begin, end, included = interval
    if version < ecosystem.at(begin):
        return False
    last = ecosystem.at(end) if end is not None else None
    return last is None or version < last or (included and version == last)


def compiled(record: Record, ecosystem: Ecosystem) -> dict[str, Entry]:
    """Return what a record says, by the name of each package; nothing once it is withdrawn."""
    if record.withdrawn:
        return {}
    parts: dict[str, list[Affected]] = defaultdict(list)
    for item in record.affected:
        if item.package and item.is_of(ecosystem.osv):
            parts[ecosystem.names(item.package.name)].append(item)
    return {name: _entry(record, told, ecosystem) for name, told in parts.items()}


def _entry(record: Record, parts: Sequence[Affected], ecosystem: Ecosystem) -> Entry:
    bad = danger(record, parts)
    plain = Entry(
        id=record.id,
        aliases=tuple(dict.fromkeys(record.aliases)),
        summary=in_words(record.summary or record.details)[:_SUMMARY],
        fixed=tuple(_fixed(parts, ecosystem)),
        severity=bad.severity,
        score=bad.score,
        epss=bad.epss,
        exploited=bad.exploited,
    )
    if any(_is_unclear(part, ecosystem) for part in parts):
        return replace(plain, always=True)
    spans = chain.from_iterable(map(_spans, parts))
    found = (_intervals(span, ecosystem) for span in spans)
    held = replace(plain, intervals=tuple(dict.fromkeys(chain.from_iterable(found))))
    return replace(held, versions=tuple(_others(held, parts, ecosystem)))


def _others(held: Entry, parts: Iterable[Affected], ecosystem: Ecosystem) -> Iterator[str]:
    """Yield listed versions that no interval holds; what is no version equals none."""
    for text in dict.fromkeys(chain.from_iterable(part.versions for part in parts)):
        version = ecosystem.version(text)
        if version is not None and not held.holds(version, ecosystem):
            yield text


def _spans(part: Affected) -> list[Range]:
    return [span for span in part.ranges if not span.of_commits]


def _is_unclear(part: Affected, ecosystem: Ecosystem) -> bool:
    """True when it does not tell which versions, or in words nobody can compare."""
    spans = _spans(part)
    return not (spans or part.versions) or not all(_is_clear(one, ecosystem) for one in spans)


def _is_clear(span: Range, ecosystem: Ecosystem) -> bool:
    texts = (text for event in span.events for text in event.values())
    opens = any("introduced" in event for event in span.events)
    return opens and all(ecosystem.at(text) is not None for text in texts)


def _fixed(parts: Iterable[Affected], ecosystem: Ecosystem) -> list[str]:
    events = chain.from_iterable(span.events for part in parts for span in _spans(part))
    texts = dict.fromkeys(event["fixed"] for event in events if "fixed" in event)
    found = [(at, text) for text in texts if (at := ecosystem.version(text)) is not None]
    return [text for _, text in sorted(found, key=itemgetter(0))]


_ENDS = {"fixed": False, "last_affected": True}


def _intervals(span: Range, ecosystem: Ecosystem) -> Iterator[Interval]:
    """Walk the events in the order of their versions, as the OSV schema describes."""
    begin: str | None = None
    for text, kind in _steps(span, ecosystem):
        if kind == "introduced":
            begin = text if begin is None else begin
        elif begin is not None and kind in _ENDS:
            yield begin, text, _ENDS[kind]
            begin = None
    if begin is not None:
        yield begin, None, False


def _steps(span: Range, ecosystem: Ecosystem) -> list[tuple[str, str]]:
    """Return versions and kinds; an introduction comes before what else its version brings."""
    steps = [(text, kind) for event in span.events for kind, text in event.items()]
    return sorted(steps, key=lambda it: (ecosystem.at(it[0]), it[1] != "introduced", it[1]))
