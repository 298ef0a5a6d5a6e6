"""A flag in one environment, in words that no vendor owns. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from gatekeeper.core.digest import canonical, digest
from gatekeeper.experimental.features import WHOLE
from gatekeeper.experimental.statistics.tally import Arm


@dataclass(frozen=True, slots=True)
class Configuration:
    """How a flag is set, or should be set, in one environment.

    Attributes:
        on: False serves the first variation, or the caller's default, to everybody.
        weight: share of units that meet the experimental value, in thousandths of a percent.
        unit: the kind of context that is assigned to an arm as a whole.
        control: that arm's value as canonical JSON.
        experimental: that arm's value as canonical JSON.
        phase: the tag that tells readers which phase the feature is in.
        extras: digest of whatever else the vendor holds (rules, targets, prerequisites); empty
            when there is nothing else.
    """

    on: bool
    weight: int
    unit: str
    control: str
    experimental: str
    phase: str
    extras: str = ""

    @property
    def digest(self) -> str:
        """Digest of all of it."""
        return digest(canonical(asdict(self)))


@dataclass(frozen=True, slots=True)
class Observed:
    """What a backend holds for a flag.

    Attributes:
        flag: its key.
        environment: the backend's name of it.
        version: the vendor's; 0 when there is no such flag.
        configuration: how it is set; None when there is no such flag.
        operation_id: of the last write through gatekeeper, or empty.
    """

    flag: str
    environment: str
    version: int = 0
    configuration: Configuration | None = None
    operation_id: str = ""

    @property
    def live(self) -> bool:
        """True when it is on: somebody may meet the experimental value."""
        return self.configuration is not None and self.configuration.on

    @property
    def where(self) -> str:
        """Its key and its environment."""
        return f"{self.flag} in {self.environment}"

    @property
    def described(self) -> str:
        """A few words on how it is set."""
        return describe(self.configuration) if self.configuration else "gone"


@dataclass(frozen=True, slots=True)
class Counts:
    """Distinct contexts that met each arm.

    Attributes:
        control: distinct contexts that met the control value.
        experimental: distinct contexts that met the experimental value.
    """

    control: int
    experimental: int


@dataclass(frozen=True, slots=True)
class Fared:
    """How the contexts of each arm fared.

    Attributes:
        control: of those that met the control value.
        experimental: of those that met the experimental value.
        latest: when the last of them was heard of, UTC.
    """

    control: Arm
    experimental: Arm
    latest: datetime


def differences(before: Configuration | None, after: Configuration) -> Iterator[str]:
    """Say in words what differs, one line each."""
    if before is None:
        yield f"does not exist → {describe(after)}"
        return
    for name, sentence, words in _FACETS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield sentence.format(words(old), words(new))


def describe(configuration: Configuration) -> str:
    """Return a few words on how the flag is set."""
    # must not read as harmless: a rule can serve to everybody what the share serves to nobody
    more = f" with {_extras(configuration.extras)}" if configuration.extras else ""
    return f"{_switch(configuration.on)} at {percent(configuration.weight)}{more}"


def percent(weight: int) -> str:
    """Write thousandths of a percent as `25 %` or `0.5 %`."""
    return f"{weight * 100 / WHOLE:g} %"


def _switch(on: bool) -> str:
    return "on" if on else "off"


def _named(text: str) -> str:
    return text or "none"


def _extras(extras: str) -> str:
    return "rules, targets or settings of the vendor's own" if extras else "none"


_FACETS: tuple[tuple[str, str, Callable[..., str]], ...] = (
    ("on", "{} → {}", _switch),
    ("weight", "{} → {} experimental", percent),
    ("unit", "unit {} → {}", _named),
    ("control", "control {} → {}", _named),
    ("experimental", "experimental {} → {}", _named),
    ("phase", "phase {} → {}", _named),
    ("extras", "{} → {}", _extras),
)
