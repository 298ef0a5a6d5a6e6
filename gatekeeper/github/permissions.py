"""What a person may do on a repository, asked once for each."""

from __future__ import annotations

from gatekeeper.core.errors import EvidenceError
from gatekeeper.github.answers import Permission, read
from gatekeeper.github.client import Client
from gatekeeper.github.names import names


def permission(client: Client, repository: str, login: str) -> Permission:
    """Return what a person may do on the repository now.

    Raises:
        EvidenceError, NotAuthorisedError, ToolError: GitHub does not say.
    """
    what = f"{login}'s permission on {repository}"
    owned = names(repository, what)
    path = ("repos", owned["owner"], owned["name"], "collaborators", login, "permission")
    answer = read(Permission, client.get(*path, what=what), what)
    if answer.user.login.casefold() != login.casefold():
        raise EvidenceError(f"GitHub answered about {answer.user.login}, not about {login}")
    return answer
