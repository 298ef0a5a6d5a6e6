"""One GitHub, one token, one deadline: requests that either answer in full or raise.

PyGithub carries the request (authentication, addresses, connections); the answer is judged here,
because its own GraphQL helper drops partial data and trips over empty bodies.
"""

from __future__ import annotations

import ipaddress
import json
import re
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from gatekeeper.core.errors import EvidenceError, NotAuthorisedError, ToolError
from gatekeeper.github import refusals
from gatekeeper.github.connection import Connection, NotReady
from gatekeeper.github.patience import Patience
from gatekeeper.github.refusals import AGAIN, Setback

DEFAULT_URL = "https://api.github.com"
_MOST_PAGES = 1000
_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="next"')


class TooMuchError(ToolError):
    """GitHub could not answer a query of this size: ask for less at once."""


class _Sent(NamedTuple):
    """One request: how, where, with what, and what it asks for in words."""

    verb: str
    url: str
    body: Any
    what: str


class _Received(NamedTuple):
    """An answer with status 200: its headers by lower-case name, and its JSON."""

    headers: Mapping[str, Any]
    value: Any


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
        self._patience = Patience(time.monotonic() + deadline)
        self._connection = Connection(token, url)

    def graphql(
        self, query: str, variables: Mapping[str, Any], what: str, *, divisible: bool = False
    ) -> dict[str, Any]:
        """Return the `data` of a query that GitHub answered without any error.

        Args:
            query: GraphQL.
            variables: of the query.
            what: is asked for, in words.
            divisible: less could be asked for at once, so a query that is too much is not sent
                again as it is.

        Raises:
            TooMuchError: of a divisible query.
            NotAuthorisedError, EvidenceError, ToolError: there is no answer.
        """
        body = {"query": query, "variables": dict(variables)}
        sent = _Sent("POST", self._connection.graphql_url, body, what)
        data = self._send(sent, divisible=divisible).value.get("data")
        if not isinstance(data, dict):
            raise EvidenceError(f"GitHub answered without data when asked for {what}", AGAIN)
        return data

    def get(self, *path: str, what: str) -> dict[str, Any]:
        """Return the JSON object at a REST path, given in unescaped parts.

        Raises:
            NotAuthorisedError, EvidenceError, ToolError: there is none to be had.
        """
        value = self._send(_Sent("GET", _joined(path), None, what)).value
        return dict(value)

    def pages(self, *path: str, what: str, **parameters: str) -> Iterator[list[Any]]:
        """Yield each page of a JSON list at a REST path, given in unescaped parts.

        Raises:
            NotAuthorisedError, EvidenceError, ToolError: a page is not to be had.
        """
        for _ in range(_MOST_PAGES):
            url = f"{_joined(path)}?{urlencode({'per_page': '100', **parameters})}"
            headers, value = self._send(_Sent("GET", url, None, what), form=list)
            yield value
            following = _following(headers, parameters)
            if following is None:
                return
            if following == parameters or not value:
                raise EvidenceError(f"GitHub promised more of {what} and did not say where", AGAIN)
            parameters = following
        raise EvidenceError(f"GitHub went on giving pages of {what} without an end", AGAIN)

    def _send(self, sent: _Sent, *, divisible: bool = False, form: type[Any] = dict) -> _Received:
        for tries in count(1):
            try:
                return self._once(sent, form)
            except Setback as setback:
                if divisible and setback.too_much:
                    raise TooMuchError(setback.error.reason, AGAIN) from None
                self._patience.wait(setback, tries)
        raise AssertionError  # pragma: no cover - the loop has no end

    def _once(self, sent: _Sent, form: type[Any]) -> _Received:
        if self._patience.left <= 0:
            raise ToolError(f"no time was left to ask GitHub for {sent.what}", "raise the deadline")
        status, headers, text = self._exchange(sent)
        if status != HTTPStatus.OK:
            raise refusals.of_status(status, headers, text, sent.what, time.time())
        value = _parsed(text, form, sent.what)
        if form is dict and value.get("errors"):
            raise refusals.of_errors(value["errors"], headers, sent.what, time.time())
        return _Received(headers, value)

    def _exchange(self, sent: _Sent) -> tuple[int, dict[str, Any], str]:
        from requests.exceptions import RequestException

        try:
            return self._connection.exchange(sent.verb, sent.url, sent.body, self._patience.left)
        except NotReady:
            return HTTPStatus.ACCEPTED, {}, ""
        except RequestException as error:
            raise refusals.of_network(error, self.host, sent.what) from None
        except (RuntimeError, AssertionError) as error:
            # how PyGithub refuses a redirect to another host or protocol
            raise ToolError(
                f"GitHub ({self.host}) redirected the request for {sent.what} elsewhere",
                "correct GITHUB_API_URL",
            ) from error


def _joined(path: tuple[str, ...]) -> str:
    return "/" + "/".join(quote(part, safe="") for part in path)


def _following(headers: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, str] | None:
    """Return the parameters of the next page, or None when there is none.

    Only the cursor is taken from the answer; where to ask stays ours.
    """
    found = _NEXT.search(str(headers.get("link", "")))
    if found is None:
        return None
    query = parse_qs(urlsplit(found[1]).query)
    cursor: dict[str, str] = {name: query[name][-1] for name in ("after", "page") if name in query}
    return dict(parameters) | cursor


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


def _parsed(text: str, form: type[Any], what: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, form):
        raise refusals.cut_off(what)
    return value
