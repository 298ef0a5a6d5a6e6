"""Every way in which GitHub does not answer, as an error that says what to do.

Some of them pass: those come as `Setback`, which knows how long to wait and whether asking for
less would help.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from gatekeeper.core.errors import EvidenceError, GatekeeperError, NotAuthorisedError, ToolError

AGAIN = "run again; if it stays so, look at https://www.githubstatus.com"
_SCOPES = "give the token read access to this repository's contents, metadata and pull requests"
_SHOWN = 200
# what GitHub asks for where it names no time itself
_SECONDARY_WAIT = 60.0


class Setback(Exception):  # noqa: N818 - no error yet: the request may still be answered
    """A request that was not answered, and may be the next time.

    Attributes:
        error: to raise when it is not tried again.
        wait: seconds that GitHub asks for; None when it names no time.
        too_much: whether asking for less at once may help.
    """

    def __init__(
        self, error: GatekeeperError, wait: float | None = None, *, too_much: bool = False
    ) -> None:
        super().__init__(error.reason)
        self.error = error
        self.wait = wait
        self.too_much = too_much


def of_network(error: Exception, host: str, what: str) -> Setback:
    """Return the setback of a request that got no whole answer."""
    from requests.exceptions import Timeout

    told = ToolError(f"GitHub ({host}) {_broken(error)} when asked for {what}", AGAIN)
    return Setback(told, too_much=isinstance(error, Timeout))


def _broken(error: Exception) -> str:
    from requests.exceptions import ChunkedEncodingError, SSLError, Timeout

    told = {
        Timeout: "did not answer in time",
        SSLError: "showed a certificate that is not trusted",
        ChunkedEncodingError: "broke off its answer",
    }
    fitting = (words for kind, words in told.items() if isinstance(error, kind))
    return next(fitting, "could not be reached")


def of_status(
    status: int, headers: Mapping[str, Any], text: str, what: str, now: float
) -> GatekeeperError | Setback:
    """Return the error of an answer whose status is not 200, or the setback that it may be.

    Args:
        status: of HTTP.
        headers: by lower-case name.
        text: the body.
        what: was asked for, for the message.
        now: seconds since 1970: GitHub names the end of a limit in these.
    """
    said = f"{status}{_message(text)}"
    if _rate_limited(status, headers, said):
        return Setback(_exhausted(what, said), _pause(headers, now))
    error = _BY_STATUS.get(status, _unexpected)(what, said)
    if status in _PASSING:
        return Setback(error, too_much=status in _OVERLOADED)
    return error


def of_errors(
    errors: Any, headers: Mapping[str, Any], what: str, now: float
) -> GatekeeperError | Setback:
    """Return the error of an answer with status 200; partial data beside it is never used."""
    entries = _entries(errors)
    said = _plain(str(entries[0].get("message", ""))) if entries else "without a reason"
    kinds = {str(entry.get("type", "")) for entry in entries}
    if "rate limit" in said.lower() or "RATE_LIMITED" in kinds:
        return Setback(_exhausted(what, said), _pause(headers, now))
    if "something went wrong" in said.lower():
        return Setback(_failed(what, said), too_much=True)
    return _BY_KIND.get(_telling(kinds), _failed)(what, said)


def cut_off(what: str) -> Setback:
    """Return the setback of a body that is no JSON object."""
    return Setback(EvidenceError(f"GitHub's answer about {what} is cut off or not JSON", AGAIN))


def _pause(headers: Mapping[str, Any], now: float) -> float:
    """Return the seconds until GitHub answers again, as it says itself."""
    after, reset = _seconds(headers, "retry-after"), _seconds(headers, "x-ratelimit-reset")
    if after is not None:
        return after
    if reset is not None and str(headers.get("x-ratelimit-remaining")) == "0":
        return max(1.0, reset - now)
    return _SECONDARY_WAIT


def _seconds(headers: Mapping[str, Any], name: str) -> float | None:
    text = str(headers.get(name, ""))
    return float(text) if text.isdecimal() else None


def _entries(errors: Any) -> list[dict[str, Any]]:
    listed = errors if isinstance(errors, list) else []
    return [error for error in listed if isinstance(error, dict)]


def _telling(kinds: set[str]) -> str:
    """Return the kind that says most; that something was not found only where that is all."""
    others = kinds - {"NOT_FOUND"}
    return next((kind for kind in _BY_KIND if kind in (others or kinds)), "")


def _rate_limited(status: int, headers: Mapping[str, Any], said: str) -> bool:
    signs = (
        headers.get("x-ratelimit-remaining") == "0",
        "retry-after" in headers,
        "rate limit" in said.lower(),
    )
    exhausted = status == HTTPStatus.FORBIDDEN and any(signs)
    return exhausted or status == HTTPStatus.TOO_MANY_REQUESTS


def _exhausted(what: str, said: str) -> ToolError:
    return ToolError(
        f"GitHub's rate limit is used up ({said}); it was asked for {what}",
        "wait until the limit is reset, or use a token of your own",
    )


def _forbidden(what: str, said: str) -> NotAuthorisedError:
    return NotAuthorisedError(f"the token may not read {what} ({said})", _SCOPES)


def _not_found(what: str, said: str) -> EvidenceError:
    return EvidenceError(
        f"GitHub knows no such thing as {what} ({said}), or the token may not see it",
        f"compare the repository and the number; {_SCOPES}",
    )


def _unauthorised(what: str, said: str) -> NotAuthorisedError:
    return NotAuthorisedError(
        f"GitHub refused the token ({said}) when asked for {what}",
        "set GITHUB_TOKEN to a token that is valid",
    )


def _unexpected(what: str, said: str) -> ToolError:
    return ToolError(f"GitHub answered {said} when asked for {what}", AGAIN)


def _failed(what: str, said: str) -> EvidenceError:
    return EvidenceError(f"GitHub answered with an error when asked for {what}: {said}", AGAIN)


_Refusal = Callable[[str, str], EvidenceError | ToolError]
_BY_STATUS: Mapping[int, _Refusal] = {
    HTTPStatus.UNAUTHORIZED: _unauthorised,
    HTTPStatus.FORBIDDEN: _forbidden,
    HTTPStatus.NOT_FOUND: _not_found,
}
_OVERLOADED = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
_PASSING = _OVERLOADED | {
    HTTPStatus.ACCEPTED,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
}
# the first that an answer names counts
_BY_KIND: Mapping[str, _Refusal] = {
    "FORBIDDEN": _forbidden,
    "INSUFFICIENT_SCOPES": _forbidden,
    "NOT_FOUND": _not_found,
}


def _message(text: str) -> str:
    """Return `: message` of an error body, or nothing."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    message = value.get("message") if isinstance(value, dict) else None
    return f": {_plain(message)}" if isinstance(message, str) else ""


def _plain(text: str) -> str:
    """Return one short line of printable text: it comes from elsewhere and goes to terminals."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())[:_SHOWN]
