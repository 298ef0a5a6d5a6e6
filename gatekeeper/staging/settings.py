"""The policy section `staging`."""

from __future__ import annotations

import re
from datetime import timedelta
from fnmatch import fnmatchcase
from operator import attrgetter
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from gatekeeper.core.fields import Duration, EnvironmentString
from gatekeeper.core.sections import Settings

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]
_DOMAIN = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")


def _whole_domain(domain: str) -> str:
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(f"`{domain}` is no domain: expected one such as acme-test.com")
    return domain.lower()


_Domain = Annotated[str, AfterValidator(_whole_domain)]


class Exclusion(Settings):
    """An object or column that is left unread on purpose.

    Attributes:
        object: a glob over `table` (as the ledger names it) or `table/column`.
        reason: why it need not be read; shown in every report. At least ten characters.
    """

    object: _Text
    reason: _Reason

    def covers(self, name: str) -> bool:
        """Tell whether it means this `table` or `table/column`; upper and lower case differ."""
        return fnmatchcase(name, self.object)


class StoreSettings(Settings):
    """One data store of an environment.

    Attributes:
        url: `postgresql://user:password@host/database`, or `sqlite:///PATH` with a path relative
            to the root under judgement (`sqlite:////PATH` is absolute). `${NAME}` is replaced.
        name: a label for reports; the database's or file's name without it.
        exclude: what is left unread, each with its reason.
    """

    url: Annotated[EnvironmentString, StringConstraints(min_length=1)]
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = None
    exclude: list[Exclusion] = Field(default_factory=list)

    def exclusion(self, name: str) -> Exclusion | None:
        """Return the first exclusion that covers this `table` or `table/column`."""
        return next((entry for entry in self.exclude if entry.covers(name)), None)


class Allowances(Settings):
    """Values that look real and are the company's own.

    Attributes:
        email_domains: domains of test accounts; their sub-domains are meant too.
    """

    email_domains: list[_Domain] = Field(default_factory=list)


class EnvironmentSettings(Settings):
    """One environment that must not hold production data.

    Attributes:
        stores: every data store it has.
        allow: values that look real and are the company's own.
        budget: for each detector, how many non-reserved values the environment may hold. For a
            detector that is not named it is 0, and no limit for those that cannot tell real
            values from made-up ones (`phone`, `us-ssn`, `es-dni`): they are shown all the same.
        fingerprint: of production, made by `gatekeeper staging fingerprint`: a path relative to
            the root under judgement. Without one, nothing is compared with production.
        canaries: look for the canaries of production, which `gatekeeper staging canary` made.
        fingerprint_max_age: an older one is refused: production has moved on.
    """

    stores: Annotated[list[StoreSettings], Field(min_length=1)]
    allow: Allowances = Allowances()
    fingerprint: Annotated[EnvironmentString, StringConstraints(min_length=1)] | None = None
    canaries: bool = False
    fingerprint_max_age: Duration = timedelta(days=30)
    budget: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)

    @field_validator("stores")
    @classmethod
    def _names_differ(cls, stores: list[StoreSettings]) -> list[StoreSettings]:
        names = list(filter(None, map(attrgetter("name"), stores)))
        if len(names) != len(set(names)):
            raise ValueError("two stores of one environment have the same name")
        return stores


class StagingSettings(Settings):
    """The section as a whole.

    Attributes:
        environments: by name; none is declared by default, and that is an error when the gate
            is asked, for nothing could be read.
    """

    environments: dict[str, EnvironmentSettings] = Field(default_factory=dict)

    def budget(self, environment: str, detector: str, default: int | None) -> int | None:
        """Return how many values the environment may hold; None for any number of them."""
        declared = self.environments.get(environment)
        return declared.budget.get(detector, default) if declared else default
