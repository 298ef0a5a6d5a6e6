"""OpenVEX documents of the tree: those of the base when a pull request is judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Request
from gatekeeper.scan.dependencies.facts import Problem, Statement
from gatekeeper.scan.dependencies.locks.interface import UnreadableError, text_of
from gatekeeper.scan.dependencies.settings import DependencySettings
from gatekeeper.scan.scanners.interface import in_words

_MEND = "mend the document, or take it out of `vex` in the policy"
_MERGE = "merge it into the base branch first: a pull request is judged by what was there before it"
_JUSTIFICATIONS = frozenset(
    {
        "component_not_present",
        "vulnerable_code_not_present",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "inline_mitigations_already_exist",
    }
)


def _as_table(key: str) -> Any:
    """Older documents write a text where newer ones have a table."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Vulnerability(_Part):
    id: str = Field("", alias="@id")
    name: str = ""
    aliases: list[str] = Field(default_factory=list)

    def ids(self) -> tuple[str, ...]:
        """Every name of it; of an address the last part."""
        told = (self.name, *self.aliases, self.id.rpartition("/")[2])
        return tuple(dict.fromkeys(filter(None, map(in_words, told))))


class _Component(_Part):
    id: str = Field("", alias="@id")
    identifiers: dict[str, str] = Field(default_factory=dict)

    def purl(self) -> str:
        """What names it: the purl where one is told."""
        return self.identifiers.get("purl") or self.id


class _Product(_Component):
    subcomponents: list[Annotated[_Component, _as_table("@id")]] = Field(default_factory=list)


class _Statement(_Part):
    vulnerability: Annotated[_Vulnerability, _as_table("name")]
    products: list[Annotated[_Product, _as_table("@id")]] = Field(default_factory=list)
    status: Literal["not_affected", "affected", "fixed", "under_investigation"]
    justification: str = ""
    impact_statement: str = ""
    status_notes: str = ""
    timestamp: datetime | None = None
    last_updated: datetime | None = None


class _Document(_Part):
    context: str = Field(alias="@context", pattern=r"^https://openvex\.dev/ns")
    author: str = Field(min_length=1)
    timestamp: datetime
    last_updated: datetime | None = None
    statements: list[_Statement]


_NOWHERE = _Product.model_validate({})


@dataclass(frozen=True, slots=True)
class Read:
    """What the documents say, and which cannot be read."""

    statements: tuple[Statement, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_all(request: Request[DependencySettings]) -> Read:
    """Read every document that the policy names; one that cannot be read is a problem."""
    found: list[Statement] = []
    problems: list[Problem] = []
    for path in request.settings.vex:
        try:
            found += statements(path, _text(request, path))
        except EvidenceError as error:
            problems.append(Problem(error.reason, error.next_step))
    return Read(tuple(found), tuple(problems))


def _text(request: Request[DependencySettings], path: str) -> str:
    root, base = request.root.resolve(), request.subject.base
    if base is None:
        try:
            return text_of(root, path)
        except UnreadableError as error:
            raise EvidenceError(f"the VEX document {path} {error}", _MEND) from None
    inner = (root / path).relative_to(git.top(root)).as_posix()
    data = git.show(git.top(root), base, inner)
    if data is None:
        raise EvidenceError(f"the base {base[:7]} has no VEX document {path}", _MERGE)
    return data.decode("utf-8", "replace")


def statements(path: str, text: str) -> Iterator[Statement]:
    """Yield what a document says.

    Raises:
        EvidenceError: it is no OpenVEX document, or does not name who wrote it, and when.
    """
    try:
        document = _Document.model_validate(json.loads(text))
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "the whole"
        raise _unreadable(path, f"`{in_words(where)}` is missing or not valid") from None
    except (ValueError, RecursionError):
        raise _unreadable(path, "it is not JSON") from None
    return (
        _read(path, document, one, product)
        for one in document.statements
        for product in one.products or [_NOWHERE]
    )


def _unreadable(path: str, why: str) -> EvidenceError:
    return EvidenceError(f"{path} is no OpenVEX document: {why}", _MEND)


def _read(path: str, document: _Document, one: _Statement, product: _Product) -> Statement:
    at = one.last_updated or one.timestamp or document.last_updated or document.timestamp
    told = (one.justification, one.impact_statement, one.status_notes)
    return Statement(
        path=path,
        author=in_words(document.author),
        at=at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC),
        vulnerabilities=one.vulnerability.ids(),
        products=tuple(filter(None, [product.purl()])),
        components=tuple(filter(None, (part.purl() for part in product.subcomponents))),
        status=one.status,
        why=in_words(", ".join(filter(None, told))),
        justified=one.justification in _JUSTIFICATIONS,
    )
