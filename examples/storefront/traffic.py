"""Sends visitors to a feature through the embedded flags, as an application would.

    python examples/storefront/traffic.py ROOT [--seconds 60] [--harm 1.0]

Each visitor is a context of its own. One in twenty meets an error; with the feature HARM times
as many do. Watch what becomes of it with `gatekeeper feature watch --auto --path ROOT`.
"""

from __future__ import annotations

import argparse
import logging
import random
import time
from pathlib import Path

from ldclient import Context

from gatekeeper.experimental.backends.embedded import client

KEY = "search-suggest"
USUAL = 0.05
PAUSE = 0.001


def main() -> None:
    """Send visitors until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--harm", type=float, default=1.0)
    given = parser.parse_args()
    logging.getLogger("ldclient").setLevel(logging.ERROR)
    sent = failed = 0
    until = time.monotonic() + given.seconds
    with client(given.root / ".gatekeeper" / "flags.db", "production") as flags:
        while time.monotonic() < until:
            with flags.request() as request:
                visitor = Context.create(f"{time.time_ns()}-{random.randrange(10**9)}")
                met = flags.variation(KEY, visitor, default=False)
                if random.random() < USUAL * (given.harm if met else 1):
                    failed += 1
                    request.failed()
            sent += 1
            time.sleep(PAUSE)
    print(f"{sent:,} visitors, {failed:,} met an error")


if __name__ == "__main__":
    main()
