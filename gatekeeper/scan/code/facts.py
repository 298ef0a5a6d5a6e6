"""What the scanners saw, found and could not look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unseen:
    """A file that was not looked at.

    Attributes:
        path: relative, with `/`.
        reason: why; plain text.
        line: where in the file the reason lies, 1-based, or None.
    """

    path: str
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Mend:
    """The change that mends a hit, as small as it can be.

    Attributes:
        start: line and column (1-based, code points) of the first character that goes.
        end: line and column of the first character that stays.
        text: what comes in its place.
        digest: `sha256:` and 64 hex digits of the file.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What a scanner says of one place. Holds no source text: that may be a secret.

    Attributes:
        rule: id in the catalog.
        path: relative, with `/`.
        line: 1-based.
        column: 1-based.
        end_line: 1-based, inclusive.
        context: digest of the code at this place, white space normalised.
        message: the scanner's own words, or empty for the catalog's.
        severity: `low`, `medium`, `high` when the scanner graded this hit, else None.
        unsure: True when the scanner itself has little confidence in it.
        inline: the comment in the code that asks for its acceptance, or empty.
        mend: the change that mends it, where its rule knows one.
    """

    rule: str
    path: str
    line: int
    column: int
    end_line: int
    context: str
    message: str = ""
    severity: str | None = None
    unsure: bool = False
    inline: str = ""
    mend: Mend | None = None


@dataclass(frozen=True, slots=True)
class Cleared:
    """Lines where a scanner that follows the data proves that some weaknesses are absent.

    Attributes:
        path: relative, with `/`.
        line: 1-based.
        end_line: 1-based, inclusive.
        cwe: the weaknesses; empty for all, of lines that are never run.
        reason: what the proof rests on.
    """

    path: str
    line: int
    end_line: int
    cwe: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ScannerRun:
    """One scanner's account of one run.

    Attributes:
        scanner: its name.
        version: of the tool.
        runtime: what the coverage depends on besides, e.g. `Python 3.11`; may be empty.
        wanted: files that it should look at.
        scanned: files that it says it looked at.
        cached: files that it need not look at again: what it said of the same content stands.
        failed: files that it could not look at wholly, with reasons.
        hits: what it found.
        cleared: what it proves harmless.
        partly: files that it saw, but not to the end of what it does: it proves nothing of them.
        problem: why the run as a whole cannot be trusted; empty when it can.
        next_step: what to do about the problem.
    """

    scanner: str
    version: str
    runtime: str
    wanted: tuple[str, ...]
    scanned: tuple[str, ...]
    failed: tuple[Unseen, ...] = ()
    hits: tuple[Hit, ...] = ()
    problem: str = ""
    next_step: str = ""
    cached: tuple[str, ...] = ()
    cleared: tuple[Cleared, ...] = ()
    partly: tuple[Unseen, ...] = ()


@dataclass(frozen=True, slots=True)
class Renamed:
    """A file that stood under another name at the base.

    Attributes:
        new: its path now.
        old: its path at the base, where nothing stands any more.
    """

    new: str
    old: str


@dataclass(frozen=True, slots=True)
class Change:
    """What the code differs in from a base, and what was found there.

    Attributes:
        base: the commit (hex digits).
        files: how many files hold code now.
        changed: those whose content the base does not hold under that path.
        renamed: those of them that stood under another name.
        runs: what the scanners say of the base's content of those files in which they find
            something now.
        left: how many unchanged files were not looked at again: nothing in them can be new.
    """

    base: str
    files: int
    changed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    runs: tuple[ScannerRun, ...]
    left: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding of the baseline file.

    Attributes:
        fingerprint: 32 hex digits.
        rule: for the reader.
        path: for the reader.
    """

    fingerprint: str
    rule: str
    path: str


@dataclass(frozen=True, slots=True)
class CodeEvidence:
    """The tree and what the scanners say of it.

    Attributes:
        files: how many files the tree holds, in any language.
        runs: one for each scanner of the policy.
        excluded: files that the policy leaves out, with its reason.
        skipped: files that need no look, e.g. links to files that are looked at.
        failed: files that no scanner could be given.
        change: how the code differs from a base; None when it was compared with none.
        baseline: what the baseline file holds; None when the policy names none.
    """

    files: int
    runs: tuple[ScannerRun, ...]
    excluded: tuple[Unseen, ...] = ()
    skipped: tuple[Unseen, ...] = ()
    failed: tuple[Unseen, ...] = ()
    change: Change | None = None
    baseline: tuple[Accepted, ...] | None = None
