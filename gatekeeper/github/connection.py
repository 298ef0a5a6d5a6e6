"""PyGithub's requester, kept from doing what would outlive a deadline.

PyGithub asks again without end while a GET is answered 202; it asks once here, and the client
decides what comes next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from github.Requester import (
        HTTPRequestsConnectionClass,
        HTTPSRequestsConnectionClass,
        Requester,
    )

_TIMEOUT = 15.0  # GitHub itself gives up after 10 s


class NotReady(Exception):  # noqa: N818 - an answer, which PyGithub would not hand over
    """GitHub answered 202: it is still working on the answer."""


class Connection:
    """Sends one request at a time to one GitHub, with one token."""

    def __init__(self, token: str, url: str) -> None:
        self._requester = _requester(token, url)
        self._wire = _wire(url)

    @property
    def graphql_url(self) -> str:
        """Where queries go."""
        return self._requester.graphql_url

    def exchange(
        self, verb: str, url: str, body: Any, seconds: float
    ) -> tuple[int, dict[str, Any], str]:
        """Return status, headers by lower-case name, and body.

        Args:
            verb: GET or POST.
            url: absolute, or a path below the REST API's.
            body: JSON, or None.
            seconds: that are left; never waits longer than 15.

        Raises:
            NotReady: see there.
            RequestException: there was no whole answer.
            RuntimeError, AssertionError: it redirects to another host or protocol.
        """
        self._wire.timeout = max(1, int(min(_TIMEOUT, seconds)))
        return self._requester.requestJson(verb, url, input=body, cnx=self._wire)


def _requester(token: str, url: str) -> Requester:
    from github import Auth, Github

    return Github(
        auth=Auth.Token(token),
        base_url=url.rstrip("/"),
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,  # every GraphQL query is a POST, and none of ours writes
        lazy=True,
    ).requester


def _wire(url: str) -> HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass:
    from github.Requester import (
        HTTPRequestsConnectionClass,
        HTTPSRequestsConnectionClass,
        RequestsResponse,
    )

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind: Any = HTTPSRequestsConnectionClass if secure else HTTPRequestsConnectionClass

    class Once(kind):  # type: ignore[misc] # which of the two is known only here
        """Hands a 202 to us."""

        def getresponse(self) -> RequestsResponse:
            """Return the answer, unless it is 202."""
            answer: RequestsResponse = super().getresponse()
            if answer.status == 202:  # noqa: PLR2004 - http.HTTPStatus.ACCEPTED
                raise NotReady
            return answer

    wire: HTTPRequestsConnectionClass = Once(parts.hostname or "", parts.port, timeout=15)
    return wire
