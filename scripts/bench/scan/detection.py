"""Prints what the code gate finds of labelled code, and what it tells of safe twins.

    python -m scripts.bench.scan.detection [sven|twins]

Runs the whole gate (semgrep, data flow, bandit) on real fixes (SVEN: code before and after) or on
our own corpus of twins. TPR: share of the bad that is found; FPR: share of the safe that is told;
Youden: TPR - FPR. A finding counts when it names the case's CWE and is not disproven.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gatekeeper.core.gate import Options, Request
from gatekeeper.core.model import Subject
from gatekeeper.scan.code.settings import CodeSettings
from tests.scan.detection import Labelled, mean, scores, sven
from tests.scan.flow.twins import cases

_RULES = Path(__file__).parents[3] / "rules"


def main() -> None:
    """Run once and print a line for each category."""
    parser = argparse.ArgumentParser(description="Prints the detection table of the code gate.")
    parser.add_argument("corpus", choices=("sven", "twins"), nargs="?", default="sven")
    corpus = parser.parse_args().corpus
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder) / "code", Path(folder) / "cache"
        root.mkdir()
        found = scores(sven() if corpus == "sven" else _twins(), root, _request(root, cache))
    print(f"{'category':18}{'bad':>6}{'safe':>6}{'TPR':>8}{'FPR':>8}{'Youden':>8}")
    for name, score in sorted(found.items()):
        bad, safe = score.found + score.missed, score.false + score.quiet
        print(f"{name:18}{bad:>6}{safe:>6}{score.tpr:>8.3f}{score.fpr:>8.3f}{score.youden:>8.3f}")
    print(f"{'mean':18}{'':>28}{mean(found):>8.3f}")


def _twins() -> Iterator[Labelled]:
    for case in {case.name: case for case in cases()}.values():
        yield Labelled(case.name, case.category, case.cwe, case.bad, case.code)


def _request(root: Path, cache: Path) -> Request[CodeSettings]:
    return Request(
        subject=Subject(repository=None, commit=None),
        settings=CodeSettings(),
        root=root,
        rules=_RULES,
        cache=cache,
        environment={},
        deadline=3600.0,
        progress=lambda _: None,
        options=Options(),
    )


if __name__ == "__main__":
    main()
