"""The policy section of the gate `review`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, field_validator

from gatekeeper.core.sections import Settings
from gatekeeper.review.owners.patterns import is_supported

_Text = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
_Branches = Annotated[list[_Text], Field(min_length=1)]


class ReviewSettings(Settings):
    """What a reviewed change has to show.

    Attributes:
        approvals: how many people must have approved the content; at least one.
        independence: `outsider`: nobody who contributed to the change may approve it. `per-author`:
            a contributor's approval counts for what the others did, so that a pair may approve
            each other's part; every contributor needs `approvals` by other people.
        changes_requested: whether a writer's standing request for changes blocks.
        identities: who is meant by an e-mail address (or name) that no account claims, and which
            logins belong to one person: `jo@example.com: jo-smith`, `jo-work: jo-smith`. A value
            that ends in `[bot]` names a bot or an AI: it never approves.
        coding_agents: logins of bots that open pull requests because somebody asked them to: who
            asked is a contributor, and must be known.
        owners: `required`: every changed path that has an owner in the base revision's CODEOWNERS
            needs the approval of one of them. A base without that file is then an error.
        branches: which branch may be merged where, e.g. `feature/*: [develop]`,
            `hotfix/*: [main, develop]`; nothing else is then accepted. A branch of a fork is named
            `fork:PATTERN`. Empty: any.
        after_merge: `accept`: an approval that was given after the merge counts.
        suggestion_authors: `accept`: whoever is a co-author only because a suggestion of theirs was
            applied on the host may approve.
        permission: whether a reviewer must have write access `now`, or `then-or-now`: now, or when
            they gave the review, where that was noted. Left out: `now` for a pull request that is
            open, `then-or-now` for a merged one.
        pushers: `required`: it must be known who pushed to the branch, besides who is named in its
            commits. Left out: `required` for a pull request that is open, `best-effort` for a
            merged one.
        hidden_changes: `fail`: a change that is taken back within the same pull request blocks;
            `report`: it is shown.
        paths_exempt: a change of nothing but these paths needs no approval; patterns as in
            CODEOWNERS. Every commit's paths count, a renamed file's both names too; the policy,
            CODEOWNERS and workflows are never exempt.
    """

    approvals: Annotated[int, Field(ge=1, le=20)] = 1
    independence: Literal["outsider", "per-author"] = "outsider"
    changes_requested: Literal["block", "ignore"] = "block"
    identities: dict[_Text, _Text] = Field(default_factory=dict)
    coding_agents: list[_Text] = Field(default_factory=list)
    owners: Literal["optional", "required"] = "optional"
    branches: dict[_Text, _Branches] = Field(default_factory=dict)
    after_merge: Literal["fail", "accept"] = "fail"
    suggestion_authors: Literal["reject", "accept"] = "reject"
    permission: Literal["now", "then-or-now"] | None = None
    pushers: Literal["required", "best-effort"] | None = None
    hidden_changes: Literal["report", "fail"] = "report"
    paths_exempt: list[_Text] = Field(default_factory=list)

    @field_validator("identities")
    @classmethod
    def _one_step(cls, value: dict[str, str]) -> dict[str, str]:
        """Refuse a name that is mapped twice or onward: both would depend on the order."""
        keys = [key.casefold() for key in value]
        _refuse_twice(keys)
        _refuse_onward(value, keys)
        return value

    @field_validator("paths_exempt")
    @classmethod
    def _patterns(cls, value: list[str]) -> list[str]:
        """Refuse what is no pattern: it would exempt nothing, or something else than it says."""
        for pattern in value:
            if not is_supported(pattern):
                raise ValueError(f"`{pattern}`: `!` and `[ ]` mean nothing here, as in CODEOWNERS")
        return value


def _refuse_twice(keys: Sequence[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"`{key}` stands here twice; upper and lower case are the same")


def _refuse_onward(mapping: Mapping[str, str], keys: Sequence[str]) -> None:
    for key, target in mapping.items():
        if target.casefold() in keys:
            raise ValueError(f"`{key}` leads to `{target}`, which is itself mapped: name the end")
