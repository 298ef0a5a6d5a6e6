"""May a change go on that holds these secrets, and was all of it looked at? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement, Place
from gatekeeper.scan import unseen
from gatekeeper.scan.code.facts import Unseen
from gatekeeper.scan.occurrences import numbered
from gatekeeper.scan.secrets.facts import History, Secret, SecretEvidence
from gatekeeper.scan.secrets.settings import SecretSettings

_LOST = "not looked at to its end, and it does not say why"
_STEPS = {
    "a Git LFS": "run `git lfs pull` before, or exclude the file in the policy with a reason",
    "an archive": "remove it, or exclude it in the policy with a reason",
    "a 7z": "remove it, or exclude it in the policy with a reason",
    "a repository": "scan that repository by itself and exclude it here with a reason",
    "a link": "remove the link, or exclude it in the policy with a reason",
    "cannot be read": "make the file readable for gatekeeper",
    "": "mend the file, or exclude it in the policy with a reason",
}
_REVOKE = "revoke it where it was issued: whoever could read the repository may have it"


def judge(evidence: SecretEvidence, settings: SecretSettings, context: Context) -> Judgement:
    """Judge what was found and whether everything was looked at."""
    failures = (
        *_broken(evidence, settings),
        *unseen.failures(_unseen(evidence), evidence.scanner or "the scanner", _STEPS),
    )
    found = tuple(_findings(evidence.secrets, settings, context))
    blocking = [finding for finding in found if finding.blocking]
    return Judgement(
        checked=() if evidence.problem else tuple(_checked(evidence)),
        findings=found,
        failures=failures,
        summary="" if failures else _summary(found, blocking, settings),
        next_steps=tuple(f"begin with {one.where}: {_REVOKE}" for one in blocking[:1]),
    )


def _broken(evidence: SecretEvidence, settings: SecretSettings) -> Iterator[Failure]:
    if evidence.problem:
        yield Failure(evidence.problem, evidence.next_step)
    if settings.scanner not in ("auto", evidence.scanner):
        step = "record the evidence again"
        yield Failure(f"{settings.scanner} gave no account of its run", step)
    if settings.history == "all" and (evidence.history is None or evidence.history.since):
        yield Failure("the policy wants every commit looked at", "run this in a git repository")


def _unseen(evidence: SecretEvidence) -> tuple[Unseen, ...]:
    ledger = evidence.ledger
    told = {*ledger.scanned, *ledger.as_before, *(item.path for item in ledger.failed)}
    lost = () if evidence.problem else sorted(set(ledger.wanted) - told)
    return (*ledger.failed, *(Unseen(name, _LOST) for name in lost))


def _findings(
    secrets: Sequence[Secret], settings: SecretSettings, context: Context
) -> Iterator[Finding]:
    for secret, occurrence in numbered(secrets, _name):
        rule = context.rules[secret.rule]
        yield rule.finding(
            f"{rule.message} The scanner calls it `{secret.detector}`.{_only_in(secret)}",
            Place(secret.path, secret.line, secret.column, commit=secret.commit),
            (secret.path, secret.detector, secret.identity, occurrence),
            blocking=rule.severity >= settings.fail_on,
        )


def _name(secret: Secret) -> tuple[str, str, str]:
    return secret.path, secret.detector, secret.identity


def _only_in(secret: Secret) -> str:
    if secret.commit is None:
        return ""
    return (
        f" The files no longer hold it, but commit {secret.commit[:12]} of this change does: it"
        " stays in the history for everybody who clones it."
    )


def _checked(evidence: SecretEvidence) -> Iterator[str]:
    ledger = evidence.ledger
    if not ledger.scanned and not ledger.as_before:
        return
    version = f"{evidence.scanner} {evidence.version}"
    instead = f" ({evidence.instead})" if evidence.instead else ""
    kept = evidence.files - len(ledger.excluded)
    again = f", {len(ledger.as_before)} of them as before" if ledger.as_before else ""
    yield f"{unseen.files(kept)} with {version}{instead}{again}"
    if ledger.archived:
        yield f"{unseen.files(ledger.archived)} within archives"
    if ledger.binary:
        yield f"{unseen.files(ledger.binary)} that are no text, byte by byte"
    yield _history(evidence.history)
    yield from unseen.lines(ledger.excluded, ledger.skipped)


def _history(past: History | None) -> str:
    if past is None:
        return "no commits: name where the change began with --diff, or a pull request with --pr"
    commits = f"{past.commits} commit{'s' * (past.commits != 1)}"
    versions = f"{past.versions} version{'s' * (past.versions != 1)} of files"
    return f"{commits}{f' since {past.since[:12]}' if past.since else ''} with {versions}"


def _summary(
    found: Sequence[Finding], blocking: Sequence[Finding], settings: SecretSettings
) -> str:
    milder = len(found) - len(blocking)
    shown = f"; {milder} below `{settings.fail_on.label}` shown" if milder else ""
    if not blocking:
        return f"no secret of severity {settings.fail_on.label} or worse{shown}"
    places = len({finding.where.path for finding in blocking})
    plural = "secret stands" if len(blocking) == 1 else "secrets stand"
    return f"{len(blocking)} {plural} in {unseen.files(places)}{shown}"
