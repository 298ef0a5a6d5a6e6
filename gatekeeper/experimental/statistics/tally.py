"""What was counted in both arms of one stage. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

WHOLE = 100_000


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm in one stage.

    Attributes:
        contexts: distinct contexts of which it is known how they fared.
        errors: how many of them met at least one error; never more than there are contexts.
    """

    contexts: int = 0
    errors: int = 0

    @property
    def sound(self) -> bool:
        """True for counts that can be."""
        return 0 <= self.errors <= self.contexts


@dataclass(frozen=True, slots=True)
class Tally:
    """Both arms of one stage: a context counts once, however often it came or failed.

    Attributes:
        control: contexts that met the control value.
        experimental: contexts that met the experimental value.
        weight: the share that was to be experimental, in thousandths of a percent.
    """

    control: Arm
    experimental: Arm
    weight: int

    @property
    def sound(self) -> bool:
        """True for counts that can be."""
        return self.control.sound and self.experimental.sound and 0 <= self.weight <= WHOLE

    @property
    def share(self) -> float:
        """The share of units that was to be experimental."""
        return self.weight / WHOLE

    @property
    def errors(self) -> int:
        """Contexts with an error, in both arms."""
        return self.control.errors + self.experimental.errors

    @property
    def concurrent(self) -> bool:
        """True when both arms were met: only then they can be compared."""
        return self.control.contexts > 0 and self.experimental.contexts > 0

    def bound(self, ratio: float) -> float:
        """Return the share of errors that is experimental when its rate is `ratio` times higher."""
        weighted = Fraction(ratio) * self.experimental.contexts
        return float(weighted / (weighted + self.control.contexts))
