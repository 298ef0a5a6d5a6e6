"""Requests, seconds and memory of an audit, by the size of the release, against the fake GitHub.

    python scripts/bench/review/ranges.py [--host-only] [COMMITS …]    (default: 10 1000 10000)

With `--host-only` git is not asked about the content of each pull request, which takes most of
the time: about twenty calls of git for each.

Each size runs in a process of its own, so that its peak memory is its own; what is measured is
the gate (collect and judge), not the building of the history. The fake runs in the same process.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))
SIZES = (10, 1_000, 10_000)
_EACH = 4  # three commits and their merge


def measure(commits: int, *, host_only: bool) -> dict[str, float]:
    from gatekeeper.core.gate import Context, Options, Request
    from gatekeeper.core.model import Subject
    from gatekeeper.review.gate import REVIEW
    from gatekeeper.review.range import collect
    from gatekeeper.wiring.catalog import catalog
    from tests.fakes.history import grow
    from tests.fakes.shop import Shop

    if host_only:
        collect.content_added = lambda _, pull: pull
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shop = Shop(folder / "shop")
        grow(shop, max(1, commits // _EACH), reviewers=("dana", "erin"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with shop.hub.serve():
            subject = Subject("acme/shop", shop.tip("main"), base=shop.tip("v1"))
            settings = REVIEW.settings()
            request = Request(
                subject,
                settings,
                shop.root,
                ROOT / "rules",
                folder / "cache",
                shop.hub.environment,
                36_000.0,
                lambda _: None,
                Options(commits="v1..main"),
            )
            rules = catalog()
            start = time.monotonic()
            facts = REVIEW.collect(request)
            collected = time.monotonic()
            judgement = REVIEW.judge(facts, settings, Context(datetime.now(UTC), rules))
            judged = time.monotonic()
        assert not judgement.failures, judgement.failures[:3]
        assert not judgement.findings, judgement.findings[:3]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {
            "commits": len(facts.range.commits) if facts.range else 0,
            "requests": len(shop.hub.requests),
            "collect": collected - start,
            "judge": judged - collected,
            "before": before / 1024,
            "peak": peak / 1024,
        }


def main() -> None:
    mode = [word for word in sys.argv[1:] if word == "--host-only"]
    sizes = [int(word) for word in sys.argv[1:] if word not in mode] or list(SIZES)
    print(f"{'commits':>8} {'requests':>9} {'collect s':>10} {'judge s':>8} {'ms/commit':>10} "
          f"{'MB before':>10} {'MB peak':>8}")  # fmt: skip
    for size in sizes:
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(size), *mode],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            sys.exit(done.stderr)
        found = json.loads(done.stdout)
        each = 1000 * (found["collect"] + found["judge"]) / found["commits"]
        print(f"{found['commits']:>8.0f} {found['requests']:>9.0f} {found['collect']:>10.1f} "
              f"{found['judge']:>8.1f} {each:>10.1f} {found['before']:>10.0f} "
              f"{found['peak']:>8.0f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(int(sys.argv[2]), host_only="--host-only" in sys.argv)))
    else:
        main()
