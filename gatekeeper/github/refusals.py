"""Every way in which GitHub does not answer, as an error that says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from gatekeeper.core.errors import EvidenceError, NotAuthorisedError, ToolError

AGAIN = "run again; if it stays so, look at https://www.githubstatus.com"
_SCOPES = "give the token read access to this repository's contents, metadata and pull requests"
_SHOWN = 200


def of_network(error: Exception, host: str, what: str) -> ToolError:
    """Return the error of a request that got no whole answer."""
    return ToolError(f"GitHub ({host}) {_broken(error)} when asked for {what}", AGAIN)


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
    status: int, headers: Mapping[str, Any], text: str, what: str
) -> EvidenceError | ToolError:
    """Return the error of an answer whose status is not 200."""
    said = f"{status}{_message(text)}"
    if _rate_limited(status, headers, said):
        return _exhausted(what, said)
    return _BY_STATUS.get(status, _unexpected)(what, said)


def of_errors(errors: Any, what: str) -> EvidenceError | ToolError:
    """Return the error of an answer with status 200; partial data beside it is never used."""
    entries = _entries(errors)
    said = _plain(str(entries[0].get("message", ""))) if entries else "without a reason"
    kinds = {str(entry.get("type", "")) for entry in entries}
    if "rate limit" in said.lower():
        return _exhausted(what, said)
    return _BY_KIND.get(_telling(kinds), _failed)(what, said)


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
# the first that an answer names counts
_BY_KIND: Mapping[str, _Refusal] = {
    "RATE_LIMITED": _exhausted,
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
