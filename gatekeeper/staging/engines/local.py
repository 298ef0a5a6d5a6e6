"""The engine of one machine: this thread reads, others scan, and little is held in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from gatekeeper.staging.counts import Counts

if TYPE_CHECKING:
    import pyarrow as pa

_WORKERS = min(8, os.cpu_count() or 1)


def run(
    batches: Iterable[pa.RecordBatch],
    scan: Callable[[pa.RecordBatch], Counts],
    *,
    workers: int = _WORKERS,
) -> Counts:
    """Scan every batch and add the counts up.

    At most two batches a worker are held at any time. What reading or scanning raises is raised.
    """
    total = Counts()
    waiting: deque[Future[Counts]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for batch in batches:
            waiting.append(pool.submit(scan, batch))
            if len(waiting) >= 2 * workers:
                total += waiting.popleft().result()
        for future in waiting:
            total += future.result()
    return total
