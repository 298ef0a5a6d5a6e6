"""The policy section of the secrets gate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gatekeeper.core.fields import Threshold
from gatekeeper.core.model import Severity
from gatekeeper.core.sections import Settings
from gatekeeper.scan.code.settings import Exclusion


class SecretSettings(Settings):
    """How the secrets gate looks.

    Attributes:
        scanner: `kingfisher`, `detect-secrets`, or `auto` for the first of them that runs here.
        history: `change` looks at the commits of the change, `all` at every commit there is.
        fail_on: findings of this severity or worse fail the gate; milder ones are shown.
        exclude: files to leave out, each with a reason.
    """

    scanner: Literal["auto", "kingfisher", "detect-secrets"] = "auto"
    history: Literal["change", "all"] = "change"
    fail_on: Threshold = Severity.MEDIUM
    exclude: list[Exclusion] = Field(default_factory=list)
