"""An entry of the ledger and the digest that chains it to the one before. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gatekeeper.core.digest import canonical, digest

_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
GENESIS = digest(b"gatekeeper ledger v1")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to have recorded.

    Attributes:
        stream: whose history it belongs to, e.g. `feature/search-suggest`.
        kind: what happened, e.g. `approved`.
        payload: the details as JSON.
        actor: who says so.
        at: when, with a time zone.
        operation_id: names this wish; recording it twice changes nothing.
    """

    stream: str
    kind: str
    payload: Mapping[str, Any]
    actor: str
    at: datetime
    operation_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded fact.

    Attributes:
        sequence: position in the whole ledger, from 1, without gaps.
        stream: whose history it belongs to.
        revision: position in its stream, from 1, without gaps.
        kind: what happened.
        body: the payload as canonical JSON.
        actor: who said so.
        at: when, ISO 8601 in UTC.
        operation_id: names the wish that led to it.
        previous: the digest of the entry before it in the ledger.
        digest: of everything above.
    """

    sequence: int
    stream: str
    revision: int
    kind: str
    body: str
    actor: str
    at: str
    operation_id: str
    previous: str
    digest: str

    @property
    def payload(self) -> dict[str, Any]:
        """The details as JSON."""
        value: dict[str, Any] = json.loads(self.body)
        return value

    @property
    def time(self) -> datetime:
        """When, in UTC."""
        return datetime.fromisoformat(self.at)

    def says(self, draft: Draft) -> bool:
        """Return True when this entry records that draft; the time of a repetition may differ."""
        mine = (self.stream, self.kind, self.body, self.actor)
        return mine == (draft.stream, draft.kind, body_of(draft), draft.actor)


def body_of(draft: Draft) -> str:
    """Return the payload as canonical JSON text."""
    return canonical(dict(draft.payload)).decode()


def seal(draft: Draft, sequence: int, revision: int, previous: str) -> Entry:
    """Turn a draft into the entry at this position. Raises ValueError without a time zone."""
    if draft.at.tzinfo is None:
        raise ValueError("a ledger entry needs a time zone")
    at = draft.at.astimezone(UTC).isoformat(timespec="microseconds")
    entry = Entry(
        sequence,
        draft.stream,
        revision,
        draft.kind,
        body_of(draft),
        draft.actor,
        at,
        draft.operation_id,
        previous,
        digest="",
    )
    return Entry(*_fields(entry), digest=digest_of(entry, sequence))


def digest_of(entry: Entry, sequence: int) -> str:
    """Return the digest that this entry has to have at this position."""
    return digest(_text([sequence, *_fields(entry)[1:]]))


def _text(values: list[int | str]) -> bytes:
    """Return canonical JSON (RFC 8785), which for whole numbers and text the fast writer gives."""
    return _WRITE(values).encode()


def _fields(entry: Entry) -> tuple[int, str, int, str, str, str, str, str, str]:
    return (
        entry.sequence,
        entry.stream,
        entry.revision,
        entry.kind,
        entry.body,
        entry.actor,
        entry.at,
        entry.operation_id,
        entry.previous,
    )
