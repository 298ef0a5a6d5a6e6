"""The one pure function that every engine runs: a record batch in, counts out.

Counts are merged by `+`, in any order and any grouping, with one result.

Every cell is held against one RE2 alternation of all detectors. What passes is unfolded where it
needs to be, and held against each detector's own expression. Up to here all is vectorised; only
what is left is matched, and each match assessed, in Python.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from gatekeeper.staging.detectors import Detector
from gatekeeper.staging.validators import VALIDATORS, Standing

if TYPE_CHECKING:
    import pyarrow as pa

PREVIEWS = 3
# Ways to write a character that hide it from a pattern: JSON and HTML escapes, percent signs,
# wide, raised, circled and mathematical forms, spaces of other widths, characters without width,
# and the zero bytes of UTF-16. Cells with any of them are unfolded first.
_FOLDED = (
    r"\\u[0-9A-Fa-f]{4}|&[#A-Za-z]|%[0-9A-Fa-f]{2}"
    r"|[\x00\x{00A0}\x{00AD}\x{00B2}\x{00B3}\x{00B9}\x{2000}-\x{200D}\x{202F}\x{2060}-\x{209F}"
    r"\x{2460}-\x{249B}\x{3000}\x{FE50}-\x{FE6F}\x{FEFF}-\x{FFEF}\x{1D400}-\x{1D7FF}]"
)
_INVISIBLE = re.compile("[\x00\u00ad\u200b-\u200d\u2060\ufeff]")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")


@dataclass(frozen=True, slots=True)
class Hits:
    """What one detector counted; see `facts.Detection` for the fields."""

    matches: int = 0
    plausible: int = 0
    valid: int = 0
    reserved: int = 0
    previews: tuple[str, ...] = ()

    def __add__(self, other: Hits) -> Hits:
        return Hits(
            self.matches + other.matches,
            self.plausible + other.plausible,
            self.valid + other.valid,
            self.reserved + other.reserved,
            tuple(sorted({*self.previews, *other.previews})[:PREVIEWS]),
        )


@dataclass(frozen=True, slots=True)
class ColumnCounts:
    """Counts of one column; `hits` has one entry for each detector, in their order."""

    values: int
    undecodable: int
    hits: tuple[Hits, ...]

    def __add__(self, other: ColumnCounts) -> ColumnCounts:
        merged = (mine + theirs for mine, theirs in zip(self.hits, other.hits, strict=True))
        values = self.values + other.values
        return ColumnCounts(values, self.undecodable + other.undecodable, tuple(merged))


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of any number of batches of one object: its rows, and its columns by name."""

    rows: int = 0
    columns: dict[str, ColumnCounts] = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        columns = dict(self.columns)
        for name, counts in other.columns.items():
            columns[name] = columns[name] + counts if name in columns else counts
        return Counts(self.rows + other.rows, columns)


def scan(batch: pa.RecordBatch, detectors: Sequence[Detector]) -> Counts:
    """Count what the detectors see.

    Args:
        batch: columns of type string, or binary for what may or may not be text. Columns of the
            same name are counted as one.
        detectors: their order is that of each column's hits.
    """
    prefilter = "|".join([_FOLDED, *(f"(?:{d.prefilter})" for d in detectors)])
    counts = Counts(batch.num_rows)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        counts += Counts(0, {name: _scan_column(column, prefilter, detectors)})
    return counts


def _scan_column(column: pa.Array, prefilter: str, detectors: Sequence[Detector]) -> ColumnCounts:
    import pyarrow.compute as pc

    text, undecodable = _as_text(column)
    values = pc.sum(pc.greater(pc.binary_length(text), 0)).as_py() or 0
    suspects = _unfolded(text.filter(pc.match_substring_regex(text, prefilter)))
    hits = tuple(_hits(suspects, detector) for detector in detectors)
    return ColumnCounts(values, undecodable, hits)


def _unfolded(cells: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    folded = pc.match_substring_regex(cells, _FOLDED)
    plain = pa.array(map(unfold, cells.filter(folded).to_pylist()), pa.string())
    return pa.concat_arrays([cells.filter(pc.invert(folded)), plain])


def unfold(text: str) -> str:
    """Write out escapes and look-alike forms, and drop characters that cannot be seen."""
    text = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    text = html.unescape(unquote(text, errors="replace"))
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return text.encode("utf-8", "replace").decode("utf-8")  # half an escaped pair is no character


def _hits(cells: pa.Array, detector: Detector) -> Hits:
    import pyarrow.compute as pc

    assess = VALIDATORS[detector.validator]
    standings: Counter[Standing] = Counter()
    masks = set()
    for cell in cells.filter(pc.match_substring_regex(cells, detector.prefilter)).to_pylist():
        for match in detector.pattern.finditer(cell):
            if found := assess(match[0], detector):
                standings[found.standing] += 1
                masks.add(found.mask)
    return Hits(
        matches=standings.total(),
        plausible=standings[Standing.PLAUSIBLE] + standings[Standing.VALID],
        valid=standings[Standing.VALID],
        reserved=standings[Standing.RESERVED],
        previews=tuple(sorted(masks - {""})[:PREVIEWS]),
    )


def _as_text(column: pa.Array) -> tuple[pa.Array, int]:
    """Return the column as strings and how many of its values are no text.

    Those are read all the same, with stand-ins for what cannot be decoded: their ASCII parts may
    still tell.
    """
    import pyarrow as pa

    if pa.types.is_string(column.type) and _is_sound(column):
        return column, 0
    cells = column.cast(pa.binary()).to_pylist()
    binary = pa.types.is_binary(column.type)
    undecodable = sum(not _is_text(cell, binary) for cell in cells if cell)
    decoded = [None if cell is None else cell.decode("utf-8", "replace") for cell in cells]
    return pa.array(decoded, pa.string()), undecodable


def _is_sound(column: pa.Array) -> bool:
    import pyarrow as pa

    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _is_text(cell: bytes, binary: bool) -> bool:
    """Tell whether bytes are UTF-8; zero bytes in a binary column speak of another format."""
    if binary and b"\0" in cell:
        return False
    try:
        cell.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
