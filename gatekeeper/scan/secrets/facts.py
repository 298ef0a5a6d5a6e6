"""Which secrets were seen, where, and what could not be looked at. No secret stands in here."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.scan.code.facts import Unseen


@dataclass(frozen=True, slots=True)
class Secret:
    """A place that holds a secret. Neither the secret nor any part of it is kept.

    Attributes:
        rule: id in the catalog.
        detector: the scanner's own name for what it is, e.g. `github-pat`.
        path: relative, with `/`; a file within an archive follows after `!/`.
        line: 1-based.
        column: 1-based, or None where the scanner does not say.
        identity: what names it wherever it moves: 16 hex digits of its surroundings, and of itself
            only where it is random enough that no digest can give it away.
        commit: the commit that brought it, when the files under judgement no longer hold it.
    """

    rule: str
    detector: str
    path: str
    line: int
    column: int | None
    identity: str
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was to be looked at and what was.

    Attributes:
        wanted: names of everything that was handed to the scanner, each once.
        scanned: names of what it provably looked at to the end.
        as_before: names of what was clean before and has not changed since.
        failed: what could not be looked at, and why.
        excluded: what the policy leaves out, with its reason.
        skipped: what needs no look, e.g. links to files that are looked at.
        binary: how many are no text; their bytes were looked at.
        archived: how many stand within archives.
    """

    wanted: tuple[str, ...] = ()
    scanned: tuple[str, ...] = ()
    as_before: tuple[str, ...] = ()
    failed: tuple[Unseen, ...] = ()
    excluded: tuple[Unseen, ...] = ()
    skipped: tuple[Unseen, ...] = ()
    binary: int = 0
    archived: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """The commits that were looked at.

    Attributes:
        since: the commit that they come after (hex digits), or None for all there are.
        commits: how many.
        versions: how many versions of files they brought.
    """

    since: str | None
    commits: int
    versions: int


@dataclass(frozen=True, slots=True)
class SecretEvidence:
    """The files and commits, and the secrets in them.

    Attributes:
        files: how many files the tree holds.
        scanner: that looked.
        version: of the scanner.
        ledger: what it looked at.
        history: the commits that were looked at, or None when no change was named.
        secrets: in the order of the files; those of commits last.
        instead: why this scanner looked and not the preferred one; empty when it did.
        problem: why the run as a whole cannot be trusted; empty when it can.
        next_step: what to do about the problem.
    """

    files: int
    scanner: str
    version: str
    ledger: Ledger
    history: History | None = None
    secrets: tuple[Secret, ...] = ()
    instead: str = ""
    problem: str = ""
    next_step: str = ""
