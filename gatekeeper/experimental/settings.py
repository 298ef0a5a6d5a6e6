"""The policy section `experimental:`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator, model_validator

from gatekeeper.core.fields import Duration, EnvironmentString
from gatekeeper.core.sections import Settings
from gatekeeper.experimental.statistics.weighing import Limits


class GuardrailSettings(Settings):
    """What is held against the contexts that met an error.

    Attributes:
        margin: a feature may go general once it is shown that errors are not this many times as
            frequent with it.
        negligible: or that the share of contexts with an error is below this.
        alpha: chance of a wrong word, however often somebody looks: on harm, and on safety.
    """

    margin: Annotated[float, Field(gt=1, le=10, allow_inf_nan=False)] = 1.5
    negligible: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.001
    alpha: Annotated[float, Field(gt=0, le=0.2, allow_inf_nan=False)] = 0.05

    @property
    def limits(self) -> Limits:
        """What counts are weighed by."""
        return Limits(self.margin, self.negligible, self.alpha)


class FreezeSettings(Settings):
    """A time in which nothing reaches more users, but for a hot-fix.

    Attributes:
        reason: for people.
        from_: the first day (UTC).
        until: the last day (UTC).
    """

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    from_: Annotated[date, Field(alias="from")]
    until: date

    @model_validator(mode="after")
    def _forwards(self) -> FreezeSettings:
        if self.until < self.from_:
            raise ValueError("a freeze has to end on the day it begins, or later")
        return self

    def holds(self, day: date) -> bool:
        """Return True on a day (UTC) within it."""
        return self.from_ <= day <= self.until


class ExperimentalSettings(Settings):
    """What a feature has to show before it may become generally available.

    Attributes:
        backend: where the flags are: `embedded:PATH`, from the root of the tree.
        ledger: where phases are recorded: `sqlite:///PATH` from the root of the tree, or another
            SQLAlchemy URL.
        features: the folder of the declarations.
        production: the backend's name of the production environment.
        staging: the backend's name of the staging environment.
        soak: how long a feature stays Experimental, counted from its last change.
        min_contexts: distinct contexts that have to meet the experimental variation.
        approvals: approvers for general release, none of them the author or the last to act.
        entry_approvals: approvers for entering the Experimental phase.
        guardrail: what is held against the contexts that met an error.
        fresh: how old the latest word on how contexts fare may be.
        calendar: when nothing reaches more users, but for a hot-fix.
        hotfix_approvals: approvers that a hot-fix takes while nothing may reach more users.
        extensions: how often the expiry of one attempt may be put off.
        extension: for how long at a time.
        bake: how long a feature is general before its flag may be cleaned up.
        quiet: for how long nobody may have evaluated a flag before it is archived.
    """

    backend: EnvironmentString = "embedded:.gatekeeper/flags.db"
    ledger: EnvironmentString = "sqlite:///.gatekeeper/ledger.db"
    features: Annotated[str, Field(min_length=1)] = "features"
    production: Annotated[str, Field(min_length=1)] = "production"
    staging: Annotated[str, Field(min_length=1)] = "staging"
    soak: Duration = timedelta(days=14)
    min_contexts: Annotated[int, Field(ge=1)] = 1000
    approvals: Annotated[int, Field(ge=1)] = 2
    entry_approvals: Annotated[int, Field(ge=1)] = 1
    guardrail: GuardrailSettings = GuardrailSettings()
    fresh: Duration = timedelta(days=1)
    calendar: Annotated[list[FreezeSettings], Field(default_factory=list)]
    hotfix_approvals: Annotated[int, Field(ge=1)] = 2
    extensions: Annotated[int, Field(ge=0)] = 2
    extension: Duration = timedelta(days=30)
    bake: Duration = timedelta(days=14)
    quiet: Duration = timedelta(days=7)

    @field_validator("features")
    @classmethod
    def _below(cls, folder: str) -> str:
        # must be in the tree: a pull request is judged by what its base declares
        path = PurePosixPath(folder)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError("the folder of the declarations has to be below the root of the tree")
        return path.as_posix()

    @field_validator("staging")
    @classmethod
    def _apart(cls, staging: str, info: ValidationInfo) -> str:
        # nothing guards what is turned on in staging
        if staging == info.data.get("production"):
            raise ValueError("staging and production have to be two environments")
        return staging
