"""Walks the chain and names every entry that was edited, removed or moved. Pure.

A chain cannot see that all of it was written anew, nor, without the head that is kept beside it,
that its tail was cut off: keep `Verification.head` somewhere else to rule that out too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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


def verify(entries: Sequence[Entry], head: Head) -> Verification:
    """Recompute every digest and link, in the order of the sequence numbers."""
    problems = [*_walk(entries), *_end(entries, head)]
    last = entries[-1] if entries else None
    return Verification(
        len(entries),
        last.digest if last else GENESIS,
        last.at if last else "",
        tuple(problems),
    )


def _walk(entries: Iterable[Entry]) -> Iterator[str]:
    listed = list(entries)
    positions = {entry.digest: entry.sequence for entry in listed} | {GENESIS: 0}
    previous, expected, at = GENESIS, 1, ""
    revisions: dict[str, int] = {}
    for entry in listed:
        if entry.sequence > expected:
            yield _missing(expected, entry.sequence - 1)
        yield from _one(entry, previous, positions)
        if entry.at < at:
            yield f"{_name(entry)} is dated before the entry ahead of it"
        revision = revisions.get(entry.stream, 0) + 1
        if entry.revision != revision and entry.sequence == expected:
            yield f"{_name(entry)} should be revision {revision} of its stream"
        revisions[entry.stream] = entry.revision
        previous, expected, at = entry.digest, entry.sequence + 1, entry.at


def _one(entry: Entry, previous: str, positions: dict[str, int]) -> Iterator[str]:
    home = positions.get(entry.previous, -1) + 1
    if digest_of(entry, entry.sequence) != entry.digest:
        if home > 0 and digest_of(entry, home) == entry.digest:
            yield f"{_name(entry)} was moved: it was written as entry {home}"
        else:
            yield f"{_name(entry)} was edited: its content does not match its digest"
    elif entry.previous != previous:
        yield f"{_name(entry)} does not follow the entry ahead of it: that one was replaced"


def _end(entries: Sequence[Entry], head: Head) -> Iterator[str]:
    last = entries[-1].sequence if entries else 0
    if last < head.sequence:
        yield _missing(last + 1, head.sequence)
    elif last > head.sequence:
        yield f"entries after {head.sequence} were added past the ledger: the head is behind"
    elif entries and entries[-1].digest != head.digest:
        yield f"{_name(entries[-1])} is not the entry that was written last"


def _missing(first: int, last: int) -> str:
    return f"entry {first} was removed" if first == last else f"entries {first}–{last} were removed"


def _name(entry: Entry) -> str:
    return f"entry {entry.sequence} (`{entry.kind}` of {entry.stream} by {entry.actor})"
