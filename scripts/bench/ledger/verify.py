"""How long it takes to verify a ledger.

    python scripts/bench/ledger/verify.py [ENTRIES]

Writes that many sealed entries into a SQLite file, then verifies them as every command does.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update

from gatekeeper.ledger import store
from gatekeeper.ledger.entry import GENESIS, Draft, Entry, seal
from gatekeeper.ledger.store import Ledger

STREAMS = 50
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def entries(number: int) -> Iterator[Entry]:
    """Yield entries that follow each other."""
    previous = GENESIS
    for sequence in range(1, number + 1):
        payload = {"from": "EXPERIMENTAL", "to": "GENERAL", "artifact": f"sha256:{sequence:064x}"}
        draft = Draft(
            f"feature/f{sequence % STREAMS}",
            "moved",
            payload,
            "alice",
            BEGAN + timedelta(seconds=sequence),
            f"op-{sequence}",
        )
        entry = seal(draft, sequence, (sequence - 1) // STREAMS + 1, previous)
        previous = entry.digest
        yield entry


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open("sqlite:///ledger.db", Path(folder), create=True)
        names = [column.name for column in store._ENTRIES.columns]
        batch: list[dict[str, object]] = []
        with ledger._transaction() as connection:
            for entry in entries(number):
                batch.append(dict(zip(names, astuple(entry), strict=True)))
                if len(batch) == 10_000 or entry.sequence == number:
                    connection.execute(insert(store._ENTRIES), batch)
                    batch.clear()
            connection.execute(update(store._HEAD).values(sequence=number, digest=entry.digest))
        began, work = time.monotonic(), time.process_time()
        found = Ledger.open("sqlite:///ledger.db", Path(folder)).verify()
        spent, work = time.monotonic() - began, time.process_time() - work
        assert not found.problems, found.problems
        assert found.entries == number
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{number:,} entries verified in {spent:.1f} s ({work:.1f} s of CPU); peak {peak} MB")


if __name__ == "__main__":
    main()
