"""The engine of one machine: this thread reads, others scan, and little is held in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from gatekeeper.staging.merging import Addable

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T", bound=Addable)
_WORKERS = min(8, os.cpu_count() or 1)


def run(
    batches: Iterable[pa.RecordBatch],
    scan: Callable[[pa.RecordBatch], T],
    total: T,
    *,
    workers: int = _WORKERS,
) -> T:
    """Scan every batch and add what comes of it to `total`.

    At most two batches a worker are held at any time. What reading or scanning raises is raised.
    """
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for batch in batches:
            waiting.append(pool.submit(scan, batch))
            if len(waiting) >= 2 * workers:
                total += waiting.popleft().result()
        for future in waiting:
            total += future.result()
    return total
