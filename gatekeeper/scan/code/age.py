"""Which findings are new: not there at the base of the change, and not in the baseline. Pure.

A finding is known by its fingerprint, which holds the path, the rule, the code at its place and
how many of the same stand before it. So moved lines make nothing new, and a copy does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.model import Finding
from gatekeeper.scan.code import coverage, merge, proven
from gatekeeper.scan.code.facts import Change, CodeEvidence
from gatekeeper.scan.code.settings import CodeSettings


def marked(
    findings: tuple[Finding, ...], evidence: CodeEvidence, settings: CodeSettings, rules: Catalog
) -> tuple[Finding, ...]:
    """Return the findings, each marked new or not where there is something to compare with.

    Where only new ones fail the gate, the others block no more.
    """
    if evidence.change is None and evidence.baseline is None:
        return findings
    known = {*_accepted(evidence), *_at_base(evidence, settings, rules)}
    changed = None if evidence.change is None else set(evidence.change.changed)
    return tuple(_mark(finding, known, changed, settings) for finding in findings)


def compared(evidence: CodeEvidence, findings: Collection[Finding]) -> Iterator[str]:
    """Yield a line for what was compared with, and for the baseline and what it holds in vain.

    Nothing when no file was looked at and none was spared: to compare is not to look.
    """
    change = evidence.change
    if not coverage.counts(evidence) and not (change and change.left):
        return
    if change is not None:
        yield _what(change)
    if evidence.baseline is not None:
        yield _baseline(evidence, findings)


def _mark(
    finding: Finding,
    known: Collection[str],
    changed: Collection[str] | None,
    settings: CodeSettings,
) -> Finding:
    untouched = changed is not None and finding.where.path not in changed
    new = not (untouched or finding.fingerprint in known)
    return replace(finding, new=new, blocking=finding.blocking and _counts(new, settings))


def _counts(new: bool, settings: CodeSettings) -> bool:
    return new or not settings.only_new_fails


def _accepted(evidence: CodeEvidence) -> Iterator[str]:
    return (item.fingerprint for item in evidence.baseline or ())


def _at_base(evidence: CodeEvidence, settings: CodeSettings, rules: Catalog) -> set[str]:
    """Return the fingerprints of what stood at the base.

    What the data flow disproved there did not stand: when the change takes the proof away, the
    weakness is new.
    """
    if evidence.change is None:
        return set()
    before = CodeEvidence(files=0, runs=evidence.change.runs)
    found = merge.every(before, rules, settings.fail_on)
    disproved = {waiver.fingerprint for waiver in proven.waivers(before, found)}
    return {finding.fingerprint for finding in found} - disproved


def _what(change: Change) -> str:
    renamed = f", {len(change.renamed)} of them renamed" if change.renamed else ""
    left = f"; {_files(change.left)} the same as there, not looked at again" if change.left else ""
    return (
        f"compared with {change.base[:12]}: {len(change.changed)} of {_files(change.files)}"
        f" changed{renamed}{left}"
    )


def _baseline(evidence: CodeEvidence, findings: Collection[Finding]) -> str:
    entries = evidence.baseline or ()
    told = f"baseline of {len(entries)} finding{'s' * (len(entries) != 1)}"
    if evidence.change is not None and evidence.change.left:
        return told
    found = {finding.fingerprint for finding in findings}
    gone = [entry for entry in entries if entry.fingerprint not in found]
    first = f", the first {gone[0].rule} in {gone[0].path}" if gone else ""
    more = f"; {len(gone)} of them match nothing any more{first}: write it anew" if gone else ""
    return told + more


def _files(count: int) -> str:
    return f"{count:,} file{'s' * (count != 1)}"
