"""The policy section `experimental:`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

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
