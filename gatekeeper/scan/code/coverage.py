"""The coverage ledger: every file × scanner is scanned, excluded, or a reason not to pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from gatekeeper.core.model import Failure
from gatekeeper.scan.code.facts import CodeEvidence, ScannerRun, Unseen

_LOST = "not looked at, and it does not say why"
_STEPS = {
    "could not be parsed": (
        "mend the syntax, run gatekeeper on the newest Python (3.13 or later), or exclude the "
        "file in the policy with a reason"
    ),
    "a link": "remove the link, or exclude it in the policy with a reason",
    "a repository": "scan that repository by itself and exclude it here with a reason",
    "its name": "rename the file",
    "cannot be read": "make the file readable for gatekeeper",
    "took too long": "split the file, or exclude it in the policy with a reason",
}
_OTHER_STEP = "mend the file, or exclude it in the policy with a reason"


def failures(evidence: CodeEvidence) -> tuple[Failure, ...]:
    """Return what was not looked at, one failure for each kind of reason."""
    found = list(_grouped(evidence.failed, "", "the scanners"))
    for run in evidence.runs:
        if run.problem:
            found.append(Failure(run.problem, run.next_step))
        else:
            found += _grouped(unseen(run), f" ({run.runtime})" if run.runtime else "", run.scanner)
    return tuple(found)


def unseen(run: ScannerRun) -> tuple[Unseen, ...]:
    """Return what a run did not wholly look at, including what it silently left out."""
    told = {item.path for item in run.failed}
    lost = set(run.wanted) - set(run.scanned) - told
    return (*run.failed, *(Unseen(path, _LOST) for path in sorted(lost)))


def counts(evidence: CodeEvidence) -> tuple[str, ...]:
    """Return a line for each scanner that saw something, and for what was left out."""
    lines = []
    for run in evidence.runs:
        seen = len(set(run.wanted) - {item.path for item in unseen(run)})
        if seen and not run.problem:
            lines.append(f"{_files(seen)} with {run.scanner} {run.version}")
    if lines:
        for reason, items in _by_reason(evidence.excluded).items():
            lines.append(f"{_files(len(items))} excluded: {reason}")
        if evidence.skipped:
            first = evidence.skipped[0]
            lines.append(f"{len(evidence.skipped)} skipped, e.g. {first.path}: {first.reason}")
    return tuple(lines)


def _grouped(items: Iterable[Unseen], runtime: str, who: str) -> Iterable[Failure]:
    for reason, group in _by_reason(items).items():
        paths = sorted({item.path for item in group})
        first = group[0]
        place = f"{first.path}:{first.line}" if first.line else first.path
        more = f"; the first is {place}" if len(paths) > 1 else f": {place}"
        yield Failure(
            f"{_files(len(paths))} not seen by {who}{runtime}: {reason}{more}", _step(reason)
        )


def _by_reason(items: Iterable[Unseen]) -> dict[str, list[Unseen]]:
    groups: dict[str, list[Unseen]] = defaultdict(list)
    for item in items:
        groups[item.reason].append(item)
    return groups


def _step(reason: str) -> str:
    return next((step for start, step in _STEPS.items() if reason.startswith(start)), _OTHER_STEP)


def _files(count: int) -> str:
    return f"{count} file" if count == 1 else f"{count} files"
