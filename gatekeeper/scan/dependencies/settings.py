"""The policy section of the dependencies gate."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from gatekeeper.core.fields import Duration, Threshold
from gatekeeper.core.model import Severity
from gatekeeper.core.sections import Settings

OSV = "osv"


def _normalised(name: str) -> str:
    from packaging.utils import InvalidName, canonicalize_name

    try:
        return canonicalize_name(name, validate=True)
    except InvalidName:
        raise ValueError(f"`{name}` is not the name of a package") from None


PackageName = Annotated[str, AfterValidator(_normalised)]


class DependencySettings(Settings):
    """How the dependencies gate judges.

    Attributes:
        advisories: `osv` for the service at osv.dev, or a folder of OSV records (JSON or YAML)
            relative to the tree; those of the base when a pull request is judged.
        max_age: how old a folder of advisories may be: older knowledge is no answer.
        fail_on: advisories of this severity or worse fail the gate; so does one that nobody has
            graded, as are all of osv.dev: it could be of any.
        private: packages that a public service need not know: their own code is not judged here.
    """

    advisories: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = OSV
    max_age: Duration = timedelta(days=7)
    fail_on: Threshold = Severity.LOW
    private: list[PackageName] = Field(default_factory=list)

    @field_validator("advisories")
    @classmethod
    def _inside_the_tree(cls, value: str) -> str:
        if value.startswith(("/", "~")) or ".." in value.split("/"):
            raise ValueError("expected `osv` or a folder inside the tree")
        return value
