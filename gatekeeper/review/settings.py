"""The policy section of the gate `review`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, field_validator

from gatekeeper.core.sections import Settings

_Text = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]


class ReviewSettings(Settings):
    """What a reviewed change has to show.

    Attributes:
        approvals: how many people must have approved the head commit; at least one.
        independence: `outsider`: nobody who contributed to the change may approve it.
        changes_requested: whether a writer's standing request for changes blocks.
        identities: who is meant by an e-mail address (or name) that no account claims, and which
            logins belong to one person: `jo@example.com: jo-smith`, `jo-work: jo-smith`. A value
            that ends in `[bot]` names a bot or an AI: it never approves.
    """

    approvals: Annotated[int, Field(ge=1, le=20)] = 1
    independence: Literal["outsider"] = "outsider"
    changes_requested: Literal["block", "ignore"] = "block"
    identities: dict[_Text, _Text] = Field(default_factory=dict)

    @field_validator("identities")
    @classmethod
    def _one_step(cls, value: dict[str, str]) -> dict[str, str]:
        """Refuse a name that is mapped twice or onward: both would depend on the order."""
        keys = [key.casefold() for key in value]
        _refuse_twice(keys)
        _refuse_onward(value, keys)
        return value


def _refuse_twice(keys: Sequence[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"`{key}` stands here twice; upper and lower case are the same")


def _refuse_onward(mapping: Mapping[str, str], keys: Sequence[str]) -> None:
    for key, target in mapping.items():
        if target.casefold() in keys:
            raise ValueError(f"`{key}` leads to `{target}`, which is itself mapped: name the end")
