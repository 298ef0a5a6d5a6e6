"""The baseline file: findings that were there before. Read from the base of a pull request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Request
from gatekeeper.core.model import Finding
from gatekeeper.scan.code.facts import Accepted
from gatekeeper.scan.code.settings import CodeSettings

DEFAULT = ".gatekeeper/baseline.json"
_WRITE = "make it with `gatekeeper baseline write`"
_LARGEST = 50_000_000


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    rule: str
    path: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    version: Literal[1]
    findings: list[_Entry]


def read(request: Request[CodeSettings]) -> tuple[Accepted, ...] | None:
    """Return what the policy's baseline holds; None when it names none.

    Raises:
        EvidenceError: it is missing or is none.
    """
    path = request.settings.baseline
    if path is None:
        return None
    base = request.subject.base
    data = _from_tree(request.root, path) if base is None else git.show(request.root, base, path)
    if data is None:
        where = f" at the base {base[:12]}" if base else ""
        raise EvidenceError(f"there is no baseline {path}{where}", _WRITE)
    try:
        entries = _File.model_validate_json(data).findings
    except ValidationError as error:
        what = error.errors()[0]["msg"]
        raise EvidenceError(f"the baseline {path} cannot be read: {what}", _WRITE) from None
    return tuple(Accepted(entry.fingerprint, entry.rule, entry.path) for entry in entries)


def text(findings: tuple[Finding, ...]) -> str:
    """Return the file of these findings: a line each, so that a change of it reads well."""
    entries = sorted(
        (finding.where.path or "", finding.rule, finding.fingerprint) for finding in findings
    )
    lines = (
        json.dumps({"fingerprint": name, "rule": rule, "path": path})
        for path, rule, name in entries
    )
    body = ",\n  ".join(lines)
    return f'{{"version": 1, "findings": [\n  {body}\n]}}\n' if entries else _EMPTY


_EMPTY = '{"version": 1, "findings": []}\n'


def _from_tree(root: Path, path: str) -> bytes | None:
    file = root / path
    try:
        # a link could lead to a file that no reviewer of the project sees
        inside = file.resolve(strict=True) == root.resolve() / path
        return file.read_bytes() if inside and file.stat().st_size <= _LARGEST else None
    except OSError:
        return None
