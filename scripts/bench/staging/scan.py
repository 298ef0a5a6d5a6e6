"""How fast staging's scan is on columns of one kind, next to the same cells judged one by one.

    .venv/bin/python scripts/bench/staging/scan.py [ROWS]

Prints MB a second of CPU time (best of three) and the ratio; the figures of one run belong
together. The counts of both ways are compared, too: a faster wrong answer is none.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from gatekeeper.staging.detector_files import parse_detectors
from gatekeeper.staging.detectors import Detector, Standing
from gatekeeper.staging.scan import scan
from gatekeeper.staging.text import FOLDED, as_text, unfolded
from gatekeeper.staging.validators import assessed

Detectors = tuple[Detector, ...]
Matches = list[tuple[int, int, int]]
DETECTORS = Path(__file__).parents[3] / "rules" / "staging" / "detectors"
TEST_CARDS = ("4242424242424242", "4111 1111 1111 1111", "378282246310005")


def columns(rows: int) -> dict[str, list[str]]:
    """Return a column of every kind; the same ones at every run."""
    source = random.Random(1)
    return {
        "clean text": [f"order {n} is packed and on its way" for n in range(rows)],
        "reserved addresses": [f"user.{n}@example.com" for n in range(rows)],
        "real addresses": [f"user.{n}@mail{n % 200}.planted.com" for n in range(rows)],
        "addresses in text": [f"ask user.{n}@example.com for no. {n % 977}" for n in range(rows)],
        "test cards": [source.choice(TEST_CARDS) for _ in range(rows)],
        "timestamps": [str(1_700_000_000_000 + 7919 * n) for n in range(rows)],
        "16 random digits": [str(source.randrange(10**15, 10**16)) for _ in range(rows)],
        "a published IBAN": ["DE89 3704 0044 0532 0130 00"] * rows,
    }  # fmt: skip


def together(batch: pa.RecordBatch, detectors: Detectors) -> Matches:
    """Return matches, valid and reserved ones by detector, as the gate counts them."""
    (counts,) = scan(batch, detectors).columns.values()
    return [(hits.matches, hits.valid, hits.reserved) for hits in counts.hits]


def one_by_one(batch: pa.RecordBatch, detectors: Detectors) -> Matches:
    """Return the same, with every cell that passes the prefilters matched in Python."""
    prefilter = "|".join([FOLDED, *(f"(?:{d.prefilter})" for d in detectors)])
    text, _ = as_text(batch.column(0))
    cells = unfolded(text.filter(pc.match_substring_regex(text, prefilter)))
    return [_plainly(cells, detector) for detector in detectors]


def _plainly(cells: pa.Array, detector: Detector) -> tuple[int, int, int]:
    suspects = cells.filter(pc.match_substring_regex(cells, detector.prefilter)).to_pylist()
    seen = [found.standing for cell in suspects for _, found in assessed(cell, detector)]
    return len(seen), seen.count(Standing.VALID), seen.count(Standing.RESERVED)


def seconds(run: Callable[[], object]) -> float:
    """Return the best of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    files = {path.name: path.read_text("utf-8") for path in DETECTORS.glob("*.yml")}
    detectors = parse_detectors(files)
    pa.set_cpu_count(1)
    print(f"{'column':20} {'MB':>6} {'one by one':>11} {'together':>9} {'ratio':>6}")
    for name, values in columns(rows).items():
        batch = pa.RecordBatch.from_pydict({"v": values})
        if together(batch, detectors) != one_by_one(batch, detectors):
            sys.exit(f"{name}: the two ways do not count the same")
        size = batch.nbytes / 1e6
        slow = size / seconds(lambda b=batch: one_by_one(b, detectors))
        fast = size / seconds(lambda b=batch: together(b, detectors))
        print(f"{name:20} {size:6.1f} {slow:11.1f} {fast:9.1f} {fast / slow:6.1f}")


if __name__ == "__main__":
    main()
