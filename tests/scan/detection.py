"""How much of a labelled corpus of code is found, and how much of it is told without reason.

A case counts as flagged when a finding in its file, not waived, names the weakness of the case.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.core.gate import Context, Request
from gatekeeper.core.model import Judgement
from gatekeeper.scan.code.collect import collect
from gatekeeper.scan.code.judge import judge
from gatekeeper.scan.code.settings import CodeSettings
from gatekeeper.wiring.catalog import catalog

SVEN = Path(__file__).parents[3] / "shared" / "data" / "sven-python.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A piece of code that holds a weakness, or is the safe twin of one that does."""

    name: str
    category: str
    cwe: int
    bad: bool
    code: str


@dataclass(slots=True)
class Score:
    """Counts of one category."""

    found: int = 0
    missed: int = 0
    false: int = 0
    quiet: int = 0

    @property
    def tpr(self) -> float:
        """The share of the bad that was found."""
        return self.found / max(self.found + self.missed, 1)

    @property
    def fpr(self) -> float:
        """The share of the safe that was told."""
        return self.false / max(self.false + self.quiet, 1)

    @property
    def youden(self) -> float:
        """TPR - FPR: 0 for a coin, 1 for an oracle."""
        return self.tpr - self.fpr


def sven() -> Iterator[Labelled]:
    """Yield the code before and after real fixes."""
    for line in SVEN.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Labelled(row["name"], row["category"], row["cwe"], row["vulnerable"], row["code"])


def scores(
    cases: Iterable[Labelled], folder: Path, request: Request[CodeSettings]
) -> dict[str, Score]:
    """Run the code gate on the cases and return the counts by category.

    Args:
        cases: each becomes a file.
        folder: empty; the root of the request.
        request: for the gate.
    """
    listed = {case.name: case for case in cases}
    for case in listed.values():
        (folder / f"{case.name}.py").write_text(case.code, encoding="utf-8")
    context = Context(datetime.now(UTC), catalog())
    told = _told(judge(collect(request), request.settings, context))
    found: dict[str, Score] = {}
    for case in listed.values():
        score = found.setdefault(case.category, Score())
        flagged = case.cwe in told.get(case.name, set())
        score.found += flagged and case.bad
        score.missed += not flagged and case.bad
        score.false += flagged and not case.bad
        score.quiet += not flagged and not case.bad
    return found


def _told(judged: Judgement) -> dict[str, set[int]]:
    """Return the weaknesses told of each file."""
    waived = {waiver.fingerprint for waiver in judged.waivers}
    told: dict[str, set[int]] = {}
    for finding in judged.findings:
        if finding.fingerprint not in waived and finding.where.path:
            told.setdefault(Path(finding.where.path).stem, set()).update(finding.cwe)
    return told


def mean(found: dict[str, Score]) -> float:
    """Return Youden's index, the mean of the categories."""
    return sum(score.youden for score in found.values()) / len(found)
