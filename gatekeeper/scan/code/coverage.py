"""The coverage ledger: every file × scanner is scanned, excluded, or a reason not to pass."""

from __future__ import annotations

from gatekeeper.core.model import Failure
from gatekeeper.scan.code.facts import CodeEvidence, ScannerRun, Unseen
from gatekeeper.scan.unseen import failures as of_files
from gatekeeper.scan.unseen import files, lines

_LOST = "not looked at, and it does not say why"
_STEPS = {
    "could not be parsed": (
        "mend the syntax, install the newest Python beside this one, or exclude the file in the "
        "policy with a reason"
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
    return (*of_files(evidence.failed, "the scanners", _STEPS), *of_runs)


def unseen(run: ScannerRun) -> tuple[Unseen, ...]:
    """Return what a run did not wholly look at, including what it silently left out."""
    told = (*run.scanned, *run.cached, *(item.path for item in run.failed))
    lost = set(run.wanted).difference(told)
    return (*run.failed, *(Unseen(path, _LOST) for path in sorted(lost)))


def counts(evidence: CodeEvidence) -> tuple[str, ...]:
    """Return a line for each scanner that saw something, and for what was left out."""
    seen = tuple(filter(None, map(_seen, evidence.runs)))
    return (*seen, *lines(evidence.excluded, evidence.skipped)) if seen else ()


def _of_run(run: ScannerRun) -> tuple[Failure, ...]:
    if run.problem:
        return (Failure(run.problem, run.next_step),)
    runtime = f" ({run.runtime})" if run.runtime else ""
    return tuple(of_files(unseen(run), run.scanner + runtime, _STEPS))


def _seen(run: ScannerRun) -> str:
    count = _seen_wholly(run)
    again = f", {len(run.cached)} of them as before" if run.cached else ""
    told = f"{files(count)} with {run.scanner} {run.version}{again}"
    return told if count and not run.problem else ""


def _seen_wholly(run: ScannerRun) -> int:
    return len(set(run.wanted).difference(item.path for item in unseen(run)))
