"""The coverage ledger: every file × scanner is scanned, excluded, or a reason not to pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from gatekeeper.core.model import Failure
from gatekeeper.scan.code.facts import CodeEvidence, ScannerRun, Unseen

_NAMED = 3
_LOST = "not looked at, and it does not say why"
_STEPS = {
    "could not be parsed": (
        "mend the syntax, run gatekeeper on the newest Python (3.13 or later), or exclude the "
        "file in the policy with a reason"
    ),
    "it did not finish": (
        "give the gate more time, or exclude what need not be scanned, with a reason"
    ),
    "a link": "remove the link, or exclude it in the policy with a reason",
    "a notebook": "keep the code in .py files, or exclude notebooks in the policy with a reason",
    "ends lines": "write the file with line feeds",
    "written in": "write the file in UTF-8",
    "larger than": "split the file, or exclude it in the policy with a reason",
    "it crashed": "exclude the file in the policy with a reason, and look at it by hand",
    "a repository": "scan that repository by itself and exclude it here with a reason",
    "its name": "rename the file",
    "cannot be read": "make the file readable for gatekeeper",
    "took too long": "split the file, or exclude it in the policy with a reason",
    "": "mend the file, or exclude it in the policy with a reason",
}


def failures(evidence: CodeEvidence) -> tuple[Failure, ...]:
    """Return what was not looked at, one failure for each kind of reason."""
    of_runs = (failure for run in evidence.runs for failure in _of_run(run))
    return (*_grouped(evidence.failed, "the scanners"), *of_runs)


def unseen(run: ScannerRun) -> tuple[Unseen, ...]:
    """Return what a run did not wholly look at, including what it silently left out."""
    told = (*run.scanned, *run.cached, *(item.path for item in run.failed))
    lost = set(run.wanted).difference(told)
    return (*run.failed, *(Unseen(path, _LOST) for path in sorted(lost)))


def counts(evidence: CodeEvidence) -> tuple[str, ...]:
    """Return a line for each scanner that saw something, and for what was left out."""
    seen = tuple(filter(None, map(_seen, evidence.runs)))
    return (*seen, *_excluded(evidence), *_skipped(evidence)) if seen else ()


def _of_run(run: ScannerRun) -> tuple[Failure, ...]:
    if run.problem:
        return (Failure(run.problem, run.next_step),)
    runtime = f" ({run.runtime})" if run.runtime else ""
    return tuple(_grouped(unseen(run), run.scanner + runtime))


def _seen(run: ScannerRun) -> str:
    count = _seen_wholly(run)
    again = f", {len(run.cached)} of them as before" if run.cached else ""
    told = f"{_files(count)} with {run.scanner} {run.version}{again}"
    return told if count and not run.problem else ""


def _seen_wholly(run: ScannerRun) -> int:
    return len(set(run.wanted).difference(item.path for item in unseen(run)))


def _excluded(evidence: CodeEvidence) -> Iterator[str]:
    for reason, items in _by_reason(evidence.excluded).items():
        yield f"{_files(len(items))} excluded: {reason}"


def _skipped(evidence: CodeEvidence) -> Iterator[str]:
    for reason, items in _by_reason(evidence.skipped).items():
        yield f"skipped, {reason}: {_few(items)}"


def _few(items: Sequence[Unseen]) -> str:
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(item.path for item in items[:_NAMED]) + more


def _grouped(items: Iterable[Unseen], who: str) -> Iterator[Failure]:
    for reason, group in _by_reason(items).items():
        count = len({item.path for item in group})
        place = _place(group[0])
        which = f"; the first is {place}" if count > 1 else f": {place}"
        yield Failure(f"{_files(count)} not seen by {who}: {reason}{which}", _step(reason))


def _by_reason(items: Iterable[Unseen]) -> dict[str, list[Unseen]]:
    groups: dict[str, list[Unseen]] = defaultdict(list)
    for item in items:
        groups[item.reason].append(item)
    return groups


def _place(item: Unseen) -> str:
    return ":".join(str(part) for part in (item.path, item.line) if part)


def _step(reason: str) -> str:
    return next(step for start, step in _STEPS.items() if reason.startswith(start))


def _files(count: int) -> str:
    return f"{count} file" if count == 1 else f"{count} files"
