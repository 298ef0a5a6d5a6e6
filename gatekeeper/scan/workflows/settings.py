"""The policy section of the workflows gate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gatekeeper.core.fields import Threshold
from gatekeeper.core.model import Severity
from gatekeeper.core.sections import Settings
from gatekeeper.scan.code.settings import Exclusion

Persona = Literal["regular", "pedantic", "auditor"]


class WorkflowSettings(Settings):
    """How the workflows gate judges.

    Attributes:
        persona: `regular` for few false alarms, `pedantic` for code smells too, `auditor` for
            everything.
        fail_on: findings of this severity or worse fail the gate; milder ones are shown.
        inline_waivers: whether `# zizmor: ignore[…]` in a file accepts a finding; it stays visible.
        exclude: files to leave out, each with a reason.
    """

    persona: Persona = "regular"
    fail_on: Threshold = Severity.MEDIUM
    inline_waivers: bool = False
    exclude: list[Exclusion] = Field(default_factory=list)
