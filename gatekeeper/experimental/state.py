"""Where a feature stands, as `fold.py` computes it from its entries in the ledger. Pure.

The phase is what was recorded, never what traffic looks like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from gatekeeper.experimental.configuration import Configuration
from gatekeeper.experimental.statistics.tally import Tally


class Phase(StrEnum):
    """Where a feature can stand."""

    DRAFT = "DRAFT"
    STAGING = "STAGING"
    QA_PASSED = "QA_PASSED"
    EXPERIMENTAL = "EXPERIMENTAL"
    HELD = "HELD"
    GENERAL = "GENERAL"
    CLEANUP = "CLEANUP"
    ARCHIVED = "ARCHIVED"
    ROLLED_BACK = "ROLLED_BACK"
    EXPIRED = "EXPIRED"

    @property
    def label(self) -> str:
        """For people, e.g. `Rolled back`."""
        return self.value.replace("_", " ").capitalize().replace("Qa ", "QA ")


EXPERIMENTING = frozenset({Phase.EXPERIMENTAL, Phase.HELD})
RELEASED = frozenset({Phase.GENERAL, Phase.CLEANUP})
LIVE = EXPERIMENTING | RELEASED
ENDED = frozenset({Phase.ROLLED_BACK, Phase.EXPIRED})
_IDLE = ENDED | {Phase.DRAFT, Phase.ARCHIVED}
_OVER = timedelta(0)


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's yes to one move of exactly this artifact in exactly this configuration.

    Attributes:
        actor: who.
        target: the phase that it opens.
        artifact: digest of what was approved.
        config: digest of the declared flag configuration that was approved.
    """

    actor: str
    target: Phase
    artifact: str
    config: str


@dataclass(frozen=True, slots=True)
class SignOff:
    """QA's word on one artifact.

    Attributes:
        actor: who.
        artifact: digest of what was tested.
    """

    actor: str
    artifact: str


@dataclass(frozen=True, slots=True)
class Target:
    """What a flag has to look like in one environment.

    Attributes:
        environment: the backend's name of it.
        flag: its key.
        configuration: how it has to be set.
    """

    environment: str
    flag: str
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a feature could show when it came where it is.

    Attributes:
        soak_seconds: since the last change before it entered the phase.
        contexts: distinct contexts that had met it before it entered the phase or the stage.
        approvers: whose approval of the phase with this configuration counted.
        tallies: how contexts fared since the last change, stage by stage.
    """

    soak_seconds: int
    contexts: int
    approvers: tuple[str, ...]
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True, slots=True)
class FeatureState:
    """Where a feature stands.

    Attributes:
        key: of the feature.
        revision: of its stream in the ledger.
        attempt: 1 for the first; each start after a roll-back is another.
        phase: as recorded.
        stage: index of the Experimental stage; -1 outside of the phase.
        since: when it entered the phase.
        stage_since: when it entered the stage.
        changed: when artifact or configuration last changed; soak and evidence count from here.
        latest: when the last entry was recorded.
        author: who started this attempt.
        contributors: who started or deployed it in this attempt.
        mover: who last moved it to another phase or stage; empty before the first move.
        artifact: digest of what is deployed; empty before the first deployment.
        config: digest of the declared flag configuration as last recorded.
        approvals: of this attempt.
        sign_offs: of this attempt.
        targets: what the flag has to look like, by environment.
        pending: operation id of a move that is recorded and not yet seen at the vendor.
        grounds: what it could show when it came where it is; None where nothing is asked.
        tallies: how contexts fared in the stages that are over, since the last change.
        held: since when it is held; None while it is not.
        paused: how long it was held since its phase, artifact and configuration are what they are.
        stage_paused: how long it was held in this stage.
        extended: the day (UTC) to which its expiry was put off, ISO 8601; empty if it was not.
        extensions: how often that was done in this attempt.
    """

    key: str
    revision: int
    attempt: int
    phase: Phase
    stage: int
    since: datetime
    stage_since: datetime
    changed: datetime
    latest: datetime
    author: str
    contributors: tuple[str, ...]
    mover: str = ""
    artifact: str = ""
    config: str = ""
    approvals: tuple[Approval, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
    targets: tuple[Target, ...] = ()
    pending: str = ""
    grounds: Grounds | None = None
    tallies: tuple[Tally, ...] = ()
    held: datetime | None = None
    paused: timedelta = timedelta(0)
    stage_paused: timedelta = timedelta(0)
    extended: str = ""
    extensions: int = 0

    @property
    def settled(self) -> datetime:
        """Since when phase, artifact and configuration are what they are: soak counts from here."""
        return max(self.since, self.changed)

    @property
    def counted(self) -> datetime:
        """Since when the present stage is what it is: how contexts fare counts from here."""
        return max(self.stage_since, self.changed)

    def soaked(self, now: datetime) -> timedelta:
        """Return how long it has soaked since its last change; while it is held it does not."""
        return max(min(now, self.held or now) - self.settled - self.paused, _OVER)

    def stage_soaked(self, now: datetime) -> timedelta:
        """Return how long its stage has soaked."""
        return max(min(now, self.held or now) - self.counted - self.stage_paused, _OVER)

    @property
    def experimenting(self) -> bool:
        """True while it is Experimental, held or not."""
        return self.phase in EXPERIMENTING

    @property
    def released(self) -> bool:
        """True once it is general, and until its flag is archived."""
        return self.phase in RELEASED

    @property
    def ended(self) -> bool:
        """True after an attempt that led nowhere: another may begin."""
        return self.phase in ENDED

    @property
    def flags(self) -> frozenset[str]:
        """Every flag that it set, under the names of that time."""
        return frozenset(target.flag for target in self.targets)

    @property
    def live(self) -> bool:
        """True in the phases in which its flag may be on in production."""
        return self.phase in LIVE

    @property
    def idle(self) -> bool:
        """True in the phases in which nothing of it is on anywhere."""
        return self.phase in _IDLE

    @property
    def widened(self) -> bool:
        """True once more people may meet it than when it became Experimental."""
        return self.released or self.stage > 0

    def target(self, environment: str) -> Target | None:
        """Return what the flag has to look like in an environment."""
        return next((t for t in self.targets if t.environment == environment), None)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a feature's stream, recorded or about to be.

    Attributes:
        kind: see `fold.py`.
        payload: details as JSON.
        actor: who.
        at: when.
        operation_id: names the wish.
    """

    kind: str
    payload: Mapping[str, Any]
    actor: str
    at: datetime
    operation_id: str


def set_before(state: FeatureState | None) -> tuple[Target, ...]:
    """Return what was recorded of its flags, whatever the policy and the declaration say now."""
    return state.targets if state else ()
