"""Walks the chain and names every entry that was edited, removed or moved. Pure.

A chain cannot see that all of it was written anew, nor, without the head that is kept beside it,
that its tail was cut off: keep `Verification.head` somewhere else to rule that out too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatekeeper.ledger.entry import GENESIS, Entry, digest_of


@dataclass(frozen=True, slots=True)
class Head:
    """What the ledger remembers of its last entry, apart from the entry itself.

    Attributes:
        sequence: of the last entry; 0 when there is none.
        digest: of the last entry.
    """

    sequence: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of walking the chain.

    Attributes:
        entries: how many there are.
        head: digest of the last one.
        latest: its time, ISO 8601 in UTC; empty when there is none.
        problems: a sentence for each entry that is not as it was written.
    """

    entries: int
    head: str
    latest: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What an entry has to follow: the entry ahead of it, or the beginning of the ledger."""

    sequence: int = 0
    digest: str = GENESIS
    at: str = ""


def verify(entries: Sequence[Entry], head: Head) -> Verification:
    """Recompute every digest and link, in the order of the sequence numbers."""
    last = _last(entries)
    problems = (*_walk(entries), *_end(entries, last, head))
    return Verification(len(entries), last.digest, last.at, problems)


def _last(entries: Sequence[Entry]) -> _Ahead:
    return _ahead(entries[-1]) if entries else _Ahead()


def _ahead(entry: Entry) -> _Ahead:
    return _Ahead(entry.sequence, entry.digest, entry.at)


def _walk(entries: Sequence[Entry]) -> Iterator[str]:
    positions = {entry.digest: entry.sequence for entry in entries} | {GENESIS: 0}
    ahead = _Ahead()
    revisions: dict[str, int] = {}
    for entry in entries:
        yield from _gap(entry, ahead)
        yield from _content(entry, ahead, positions)
        yield from _date(entry, ahead)
        yield from _revision(entry, ahead, revisions.get(entry.stream, 0) + 1)
        revisions[entry.stream] = entry.revision
        ahead = _ahead(entry)


def _gap(entry: Entry, ahead: _Ahead) -> Iterator[str]:
    if entry.sequence > ahead.sequence + 1:
        yield _missing(ahead.sequence + 1, entry.sequence - 1)


def _content(entry: Entry, ahead: _Ahead, positions: Mapping[str, int]) -> Iterator[str]:
    if digest_of(entry, entry.sequence) != entry.digest:
        yield _altered(entry, positions.get(entry.previous, -1) + 1)
    elif entry.previous != ahead.digest:
        yield f"{_name(entry)} does not follow the entry ahead of it: that one was replaced"


def _altered(entry: Entry, home: int) -> str:
    """Say what happened to an entry whose digest is not of what it says now.

    Args:
        entry: which.
        home: the position after the entry that it names as the one ahead of it; 0 for none.
    """
    if home > 0 and digest_of(entry, home) == entry.digest:
        return f"{_name(entry)} was moved: it was written as entry {home}"
    return f"{_name(entry)} was edited: its content does not match its digest"


def _date(entry: Entry, ahead: _Ahead) -> Iterator[str]:
    if entry.at < ahead.at:
        yield f"{_name(entry)} is dated before the entry ahead of it"


def _revision(entry: Entry, ahead: _Ahead, expected: int) -> Iterator[str]:
    # where entries are missing, those of its stream may be among them
    if entry.revision != expected and entry.sequence == ahead.sequence + 1:
        yield f"{_name(entry)} should be revision {expected} of its stream"


def _end(entries: Sequence[Entry], last: _Ahead, head: Head) -> Iterator[str]:
    if last.sequence < head.sequence:
        yield _missing(last.sequence + 1, head.sequence)
    elif last.sequence > head.sequence:
        yield f"entries after {head.sequence} were added past the ledger: the head is behind"
    elif entries and last.digest != head.digest:
        yield f"{_name(entries[-1])} is not the entry that was written last"


def _missing(first: int, last: int) -> str:
    return f"entry {first} was removed" if first == last else f"entries {first}–{last} were removed"


def _name(entry: Entry) -> str:
    return f"entry {entry.sequence} (`{entry.kind}` of {entry.stream} by {entry.actor})"
