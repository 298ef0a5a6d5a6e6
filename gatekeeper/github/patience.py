"""How long to wait for GitHub: as long as it asks for, never past the deadline, never for ever."""

from __future__ import annotations

import time
from dataclasses import dataclass

from gatekeeper.core.errors import GatekeeperError
from gatekeeper.github.refusals import Setback

MOST_TRIES = 4
_FIRST_WAIT = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Decides about one client's retries.

    Attributes:
        ends: on the monotonic clock, after which nothing is begun.
    """

    ends: float

    @property
    def left(self) -> float:
        """Seconds until the deadline; negative after it."""
        return self.ends - time.monotonic()

    def wait(self, setback: Setback, tries: int) -> None:
        """Wait until the request may be sent again.

        Args:
            setback: what happened.
            tries: how many times it has been sent.

        Raises:
            GatekeeperError: the setback's own, when it is not to be sent again.
        """
        if tries >= MOST_TRIES:
            raise setback.error from None
        seconds = setback.wait if setback.wait is not None else _FIRST_WAIT * 2 ** (tries - 1)
        if seconds >= self.left:
            raise _too_long(setback.error, seconds) from None
        sleep(seconds)


def sleep(seconds: float) -> None:
    """Wait; in a place of its own, so that tests need not."""
    time.sleep(seconds)


def _too_long(error: GatekeeperError, seconds: float) -> GatekeeperError:
    """Return the same error, which says why nothing waited for a better answer."""
    reason = f"{error.reason}; it may answer in {seconds:.0f} s, which is past the deadline"
    return type(error)(reason, error.next_step)
