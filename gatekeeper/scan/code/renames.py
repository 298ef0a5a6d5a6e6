"""Which new file is an old one under another name: as git tells it, by at least half its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from gatekeeper.scan.code.facts import Renamed

_LEAST = 0.5
# Comparisons; a change that moves more is compared by whole contents alone.
_MOST = 4000


def renames(added: Mapping[str, bytes], gone: Mapping[str, bytes]) -> tuple[Renamed, ...]:
    """Return the renames, each file in one at most; the most alike are told first.

    Args:
        added: content by path, of files that the base does not have.
        gone: content by path, of files that only the base has.
    """
    found: dict[str, str] = {}
    for _, new, old in sorted(_alike(added, gone), key=lambda one: (-one[0], one[1], one[2])):
        if new not in found and old not in found.values():
            found[new] = old
    return tuple(Renamed(new, old) for new, old in sorted(found.items()))


def _alike(
    added: Mapping[str, bytes], gone: Mapping[str, bytes]
) -> Iterator[tuple[float, str, str]]:
    whole = len(added) * len(gone) > _MOST
    before = {old: Counter(data.splitlines(keepends=True)) for old, data in gone.items()}
    for new, data in added.items():
        now = Counter(data.splitlines(keepends=True))
        for old, lines in before.items():
            alike = float(data == gone[old]) if whole else _share(now, lines)
            if data and alike >= _LEAST:
                yield alike, new, old


def _share(one: Counter[bytes], other: Counter[bytes]) -> float:
    """Return how much of the larger file the two have in common, in bytes: 0 to 1."""
    size = max(_bytes(one), _bytes(other))
    return _bytes(one & other) / size if size else 0.0


def _bytes(lines: Counter[bytes]) -> int:
    return sum(len(line) * count for line, count in lines.items())
