"""Every way in which GitHub does not answer, as an error that says what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
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

    if isinstance(error, Timeout):
        return "did not answer in time"
    if isinstance(error, SSLError):
        return "showed a certificate that is not trusted"
    if isinstance(error, ChunkedEncodingError):
        return "broke off its answer"
    return "could not be reached"


def of_status(
    status: int, headers: Mapping[str, Any], text: str, what: str
) -> EvidenceError | ToolError:
    """Return the error of an answer whose status is not 200."""
    said = f"{status}{_message(text)}"
    if status == HTTPStatus.UNAUTHORIZED:
        return NotAuthorisedError(
            f"GitHub refused the token ({said}) when asked for {what}",
            "set GITHUB_TOKEN to a token that is valid",
        )
    if _rate_limited(status, headers, said):
        return _exhausted(what, said)
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden(what, said)
    if status == HTTPStatus.NOT_FOUND:
        return _not_found(what, said)
    return ToolError(f"GitHub answered {said} when asked for {what}", AGAIN)


def of_errors(errors: Any, what: str) -> EvidenceError | ToolError:
    """Return the error of an answer with status 200; partial data beside it is never used."""
    entries = errors if isinstance(errors, list) else []
    listed = [error for error in entries if isinstance(error, dict)]
    kinds = {str(error.get("type", "")) for error in listed}
    said = _plain(str(listed[0].get("message", ""))) if listed else "without a reason"
    if "RATE_LIMITED" in kinds or "rate limit" in said.lower():
        return _exhausted(what, said)
    if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        return _forbidden(what, said)
    if kinds == {"NOT_FOUND"}:
        return _not_found(what, said)
    return EvidenceError(f"GitHub answered with an error when asked for {what}: {said}", AGAIN)


def _rate_limited(status: int, headers: Mapping[str, Any], said: str) -> bool:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    used_up = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    return status == HTTPStatus.FORBIDDEN and (used_up or "rate limit" in said.lower())


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
