"""The policy section of the code gate."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from gatekeeper.core.fields import Threshold
from gatekeeper.core.hints import did_you_mean
from gatekeeper.core.model import Severity
from gatekeeper.core.sections import Settings
from gatekeeper.scan.scanners import SCANNERS

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_MIN_REASON = 10


def _leaving_out(pattern: str) -> str:
    from pathspec import GitIgnoreSpec

    if pattern.startswith(("!", "#")):
        raise ValueError("expected a pattern of files to leave out; write it without `!`")
    try:
        GitIgnoreSpec.from_lines([pattern])
    except ValueError as error:
        raise ValueError(f"not a pattern: {error}") from None
    return pattern


def _registered(names: list[str]) -> list[str]:
    for name in names:
        if name not in SCANNERS:
            raise ValueError(f"unknown scanner `{name}`; {did_you_mean(name, SCANNERS)}")
    return names


def _distinct(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("a scanner stands here twice")
    return names


def _within(path: str) -> str:
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or {"", ".", ".."} & set(parts):
        raise ValueError("expected a file of the project, e.g. `.gatekeeper/baseline.json`")
    return path


_File = Annotated[_Text, AfterValidator(_within)]
_Pattern = Annotated[_Text, AfterValidator(_leaving_out)]
_Scanners = Annotated[
    list[str], Field(min_length=1), AfterValidator(_registered), AfterValidator(_distinct)
]


class Exclusion(Settings):
    """Files that are left out, for a stated reason; the report counts them.

    Attributes:
        path: a pattern as in .gitignore, e.g. `tests/fixtures/**`.
        reason: why it is right not to look there; at least ten characters.
    """

    path: _Pattern
    reason: Annotated[_Text, Field(min_length=_MIN_REASON)]


class CodeSettings(Settings):
    """How the code gate scans.

    Attributes:
        scanners: which scanners look at the code, e.g. `[semgrep, bandit]`.
        fail_on: findings of this severity or worse fail the gate; milder ones are shown.
        exclude: files to leave out, each with a reason.
        new_only: only findings that are new fail the gate; the others are shown. New is what the
            base of the change does not hold (of a pull request, or `--diff`), nor the baseline.
            Without any of these everything is new. By default true where a baseline is named.
        baseline: a file of findings that were there before, which `gatekeeper baseline write`
            makes; of a pull request it is read from the base.
        inline_waivers: comments in the code (`nosec`, `nosemgrep`) accept findings, which stay
            visible; whoever writes the code decides then.
    """

    scanners: _Scanners = Field(default_factory=lambda: list(SCANNERS))
    fail_on: Threshold = Severity.MEDIUM
    exclude: list[Exclusion] = Field(default_factory=list)
    new_only: bool | None = None
    baseline: _File | None = None
    inline_waivers: bool = False

    @property
    def only_new_fails(self) -> bool:
        """True when findings that were there before do not fail the gate."""
        return self.baseline is not None if self.new_only is None else self.new_only
