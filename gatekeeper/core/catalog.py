"""The catalog: what each rule means, why it matters and how to mend what it finds.

Rules are data under `rules/`: semgrep's own files, and for the other gates files of the same
frame (`rules:` with `id`, `message`, `severity`, `metadata`). Parsed strictly: a rule without a
title, a reason or a fix does not ship.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from gatekeeper.core import places
from gatekeeper.core.digest import fingerprint
from gatekeeper.core.errors import EvidenceError, PolicyError, PolicyProblem
from gatekeeper.core.fields import Threshold
from gatekeeper.core.model import Finding, Place, Severity
from gatekeeper.core.sections import read_section

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Confidence = Literal["high", "medium", "low"]
_SEMGREP_LEVELS = {"error": "high", "warning": "medium", "info": "low"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One named expectation.

    Attributes:
        id: stable and kebab-case, unless a tool's own id is part of it.
        gate: the gate whose findings cite it.
        title: a few words.
        message: one or two sentences on what a finding of it says.
        severity: of its findings, unless the tool grades each one.
        why: what an attacker or an accident makes of it.
        fix: what to do instead.
        owasp: e.g. `A05:2025`, newest edition first.
        cwe: numbers, the most specific first.
        controls: other standards' requirements, e.g. `ASVS v5.0.0-1.2.4`.
        confidence: how often a finding of it is what it says.
        superseded_by: rules that judge the same more precisely; where their scanner saw the file,
            what this one found is counted and not told.
        superseded_because: what makes them better.
        source: the file it was read from, relative to `rules/`.
    """

    id: str
    gate: str
    title: str
    message: str
    severity: Severity
    why: str
    fix: str
    owasp: tuple[str, ...] = ()
    cwe: tuple[int, ...] = ()
    controls: tuple[str, ...] = ()
    confidence: Confidence = "high"
    superseded_by: tuple[str, ...] = ()
    superseded_because: str = ""
    source: str = ""

    def finding(
        self,
        message: str,
        where: Place,
        identity: tuple[str | int | None, ...],
        *,
        blocking: bool = True,
        severity: Severity | None = None,
    ) -> Finding:
        """Return a finding of this rule.

        Args:
            message: what is wrong here.
            where: the place.
            identity: what names the finding wherever it moves; becomes its fingerprint.
            blocking: False for a finding that is shown but does not fail the gate.
            severity: instead of the rule's, when the tool graded this finding.
        """
        return Finding(
            rule=self.id,
            title=self.title,
            message=message,
            severity=severity or self.severity,
            where=where,
            fingerprint=fingerprint(self.id, *identity),
            owasp=self.owasp,
            cwe=self.cwe,
            fix=self.fix,
            blocking=blocking,
        )


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every rule, by id."""

    rules: Mapping[str, Rule]

    def __getitem__(self, rule_id: str) -> Rule:
        try:
            return self.rules[rule_id]
        except KeyError:
            raise EvidenceError(
                f"the rule `{rule_id}` is not in the catalog",
                "a finding must not be dropped for that: report it as a bug",
            ) from None

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self.rules


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    gate: _Text
    title: _Text
    why: _Text
    fix: _Text
    owasp: list[Annotated[str, Field(pattern=r"^(A\d{2}:20\d{2}|CICD-SEC-\d{1,2})$")]] = Field(
        default_factory=list
    )
    cwe: list[int] = Field(default_factory=list)
    controls: list[_Text] = Field(default_factory=list)
    confidence: Confidence = "high"
    superseded_by: list[_Text] = Field(default_factory=list)
    superseded_because: str = ""


def _level(value: Any) -> Any:
    name = value.lower() if isinstance(value, str) else value
    return _SEMGREP_LEVELS.get(name, name)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$")]
    message: _Text
    severity: Annotated[Threshold, BeforeValidator(_level)]
    metadata: _Metadata


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    rules: list[_Entry]


def parse_catalog(files: Mapping[str, str]) -> Catalog:
    """Read rule files.

    Args:
        files: text by path relative to `rules/`.

    Raises:
        PolicyError: with every problem of every file, a rule id used twice among them.
    """
    rules: dict[str, Rule] = {}
    problems: list[PolicyProblem] = []
    for path, text in sorted(files.items()):
        document = places.parse(text, f"rules/{path}")
        found, more = read_section(_File, document, document.value)
        problems += more
        for index, entry in enumerate(found.rules if found else ()):
            if entry.id in rules:
                message = f"`{entry.id}` stands in {rules[entry.id].source} already"
                problems.append(document.problem(("rules", index, "id"), message))
            rules[entry.id] = _rule(entry, path)
    problems += _superseded_by_nothing(rules)
    if problems:
        raise PolicyError(problems)
    return Catalog(rules)


def _superseded_by_nothing(rules: Mapping[str, Rule]) -> Iterator[PolicyProblem]:
    """Yield a problem for each rule that would fall silent for a rule that is not there.

    Nor may what supersedes be superseded itself, or two rules could silence each other.
    """
    for rule in rules.values():
        others = [rules[name] for name in rule.superseded_by if name in rules]
        whole = len(others) == len(rule.superseded_by)
        if not whole or any(other.superseded_by for other in others):
            message = f"`{rule.id}`: expected in superseded_by rules that stand themselves"
            yield PolicyProblem(f"rules/{rule.source}", 0, 0, message)
        if bool(others) != bool(rule.superseded_because):
            message = f"`{rule.id}`: expected superseded_by and superseded_because together"
            yield PolicyProblem(f"rules/{rule.source}", 0, 0, message)


def _rule(entry: _Entry, source: str) -> Rule:
    data = entry.metadata
    return Rule(
        id=entry.id,
        gate=data.gate,
        title=data.title,
        message=" ".join(entry.message.split()),
        severity=entry.severity,
        why=" ".join(data.why.split()),
        fix=" ".join(data.fix.split()),
        owasp=tuple(data.owasp),
        cwe=tuple(data.cwe),
        controls=tuple(data.controls),
        confidence=data.confidence,
        superseded_by=tuple(data.superseded_by),
        superseded_because=" ".join(data.superseded_because.split()),
        source=source,
    )
