"""The policy section of the dependencies gate."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from gatekeeper.core.fields import Duration, Threshold
from gatekeeper.core.hints import did_you_mean
from gatekeeper.core.model import Severity
from gatekeeper.core.sections import Settings
from gatekeeper.scan.code.settings import Exclusion
from gatekeeper.scan.dependencies.foreign import FOREIGN

OSV = "osv"
# The name of an npm package that belongs to somebody.
_SCOPED = re.compile(r"@[\w.~-]+/[\w.~-]+")
_MIN_REASON = 10


def _normalised(name: str) -> str:
    from packaging.utils import InvalidName, canonicalize_name

    if _SCOPED.fullmatch(name):
        return name
    try:
        return canonicalize_name(name, validate=True)
    except InvalidName:
        raise ValueError(f"`{name}` is not the name of a package") from None


def _known(name: str) -> str:
    if name not in FOREIGN:
        raise ValueError(f"unknown ecosystem `{name}`; {did_you_mean(name, FOREIGN)}")
    return name


def _inside_the_tree(value: str) -> str:
    if value.startswith(("/", "~")) or ".." in value.split("/"):
        raise ValueError("expected a path inside the tree, or `osv` for advisories")
    return value


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
PackageName = Annotated[str, AfterValidator(_normalised)]
EcosystemName = Annotated[str, AfterValidator(_known)]
Reason = Annotated[_Text, Field(min_length=_MIN_REASON)]
Inside = Annotated[_Text, AfterValidator(_inside_the_tree)]


class DependencySettings(Settings):
    """How the dependencies gate judges.

    Attributes:
        advisories: `osv` for the database that `gatekeeper advisories sync` keeps, or for the
            service at osv.dev where there is none; or a folder of OSV records (JSON or YAML)
            relative to the tree; those of the base when a pull request is judged.
        max_age: how old a database of advisories may be: older knowledge is no answer.
        fail_on: advisories of this severity or worse fail the gate; so does one that nobody has
            graded (it could be of any), and one that is known to be exploited.
        private: packages that a public service need not know: their own code is not judged here.
        exclude: lock and project files to leave out, each with a reason.
        unjudged: ecosystems whose packages are judged elsewhere, each with a reason, e.g.
            `npm: audited by the front end's own workflow`.
        vex: OpenVEX documents of the tree whose statements accept findings; those of the base
            when a pull request is judged.
        vex_max_age: how long a statement holds after it was made or renewed.
    """

    advisories: Inside = OSV
    max_age: Duration = timedelta(days=7)
    fail_on: Threshold = Severity.LOW
    private: list[PackageName] = Field(default_factory=list)
    exclude: list[Exclusion] = Field(default_factory=list)
    unjudged: dict[EcosystemName, Reason] = Field(default_factory=dict)
    vex: list[Inside] = Field(default_factory=list)
    vex_max_age: Duration = timedelta(days=365)
