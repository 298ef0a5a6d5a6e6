"""One GitHub, one token, one deadline: requests that either answer in full or raise.

PyGithub carries the request (authentication, addresses, connections); the answer is judged here,
because its own GraphQL helper drops partial data and trips over empty bodies.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from gatekeeper.core.errors import EvidenceError, NotAuthorisedError, ToolError
from gatekeeper.github import refusals
from gatekeeper.github.refusals import AGAIN

if TYPE_CHECKING:
    from github.Requester import Requester

DEFAULT_URL = "https://api.github.com"
_TIMEOUT = 15.0  # GitHub itself gives up after 10 s


class Client:
    """A thin layer over PyGithub's requester."""

    def __init__(self, token: str | None, url: str | None, deadline: float) -> None:
        """Prepare; nothing is sent yet.

        Args:
            token: of a user, an App or an Actions job.
            url: of the REST API, or None for github.com.
            deadline: seconds from now after which no request is begun.

        Raises:
            NotAuthorisedError: there is no token.
            EvidenceError: the address is none that a token may be sent to.
        """
        if not token:
            raise NotAuthorisedError(
                "GITHUB_TOKEN is not set, so GitHub cannot be asked about the pull request",
                "set GITHUB_TOKEN to a token that may read this repository's pull requests",
            )
        url = url or DEFAULT_URL
        self.host = _host(url)
        self._ends = time.monotonic() + deadline
        self._requester = _requester(token, url, min(_TIMEOUT, deadline))

    def graphql(self, query: str, variables: Mapping[str, Any], what: str) -> dict[str, Any]:
        """Return the `data` of a query that GitHub answered without any error.

        Raises:
            NotAuthorisedError, EvidenceError, ToolError: it did not.
        """
        body = {"query": query, "variables": dict(variables)}
        answer = self._send("POST", self._requester.graphql_url, body, what)
        if answer.get("errors"):
            raise refusals.of_errors(answer["errors"], what)
        data = answer.get("data")
        if not isinstance(data, dict):
            raise EvidenceError(f"GitHub answered without data when asked for {what}", AGAIN)
        return data

    def get(self, *path: str, what: str) -> dict[str, Any]:
        """Return the JSON object at a REST path, given in unescaped parts.

        Raises:
            NotAuthorisedError, EvidenceError, ToolError: there is none to be had.
        """
        url = "/" + "/".join(quote(part, safe="") for part in path)
        return self._send("GET", url, None, what)

    def _send(self, verb: str, url: str, body: Any, what: str) -> dict[str, Any]:
        if time.monotonic() >= self._ends:
            raise ToolError(f"no time was left to ask GitHub for {what}", "raise the deadline")
        status, headers, text = self._exchange(verb, url, body, what)
        if status != HTTPStatus.OK:
            raise refusals.of_status(status, headers, text, what)
        return _object(text, what)

    def _exchange(
        self, verb: str, url: str, body: Any, what: str
    ) -> tuple[int, dict[str, Any], str]:
        from requests.exceptions import RequestException

        try:
            return self._requester.requestJson(verb, url, input=body)
        except RequestException as error:
            raise refusals.of_network(error, self.host, what) from None
        except (RuntimeError, AssertionError) as error:
            # how PyGithub refuses a redirect to another host or protocol
            raise ToolError(
                f"GitHub ({self.host}) redirected the request for {what} elsewhere",
                "correct GITHUB_API_URL",
            ) from error


def _requester(token: str, url: str, timeout: float) -> Requester:
    from github import Auth, Github

    return Github(
        auth=Auth.Token(token),
        base_url=url.rstrip("/"),
        timeout=max(1, int(timeout)),
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,  # every GraphQL query is a POST, and none of ours writes
        lazy=True,
    ).requester


def _host(url: str) -> str:
    """Return the address's host and port. A token travels over TLS, or stays on this machine."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise _unsafe() from None
    if not _may_carry_token(parts.scheme, parts.hostname or ""):
        raise _unsafe()
    return f"{parts.hostname}{port}"


def _may_carry_token(scheme: str, host: str) -> bool:
    return bool(host) and scheme in (("https", "http") if _loopback(host) else ("https",))


def _unsafe() -> EvidenceError:
    return EvidenceError(
        "GITHUB_API_URL is not an https address, so the token is not sent there",
        "set GITHUB_API_URL to e.g. https://github.example.com/api/v3, or leave it out",
    )


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise EvidenceError(f"GitHub's answer about {what} is cut off or not JSON", AGAIN)
    return value
