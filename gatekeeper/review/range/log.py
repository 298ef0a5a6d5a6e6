"""What a clone itself says of commits: read from its objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gatekeeper.github.answers import GitActor
from gatekeeper.review import people, trailers
from gatekeeper.review.content.objects import Objects
from gatekeeper.review.facts import Commit, Person

_AT_ONCE = 500
_IDENTITY = re.compile(r"^(.*?) ?<([^>]*)> \d+ [+-]\d{4}$")
_PICKED = re.compile(r"^\(cherry picked from commit ([0-9a-f]{7,40})\)\s*$", re.M)


class Log:
    """Reads commits, each of them proven by its name.

    Attributes:
        picked: by commit, the one that its message says it was cherry-picked from.
    """

    def __init__(self, objects: Objects) -> None:
        self.picked: dict[str, str] = {}
        self._objects = objects

    def commits(self, oids: Sequence[str]) -> Iterator[Commit]:
        """Yield each of these commits, in this order; who wrote them is as the commits say.

        Raises:
            EvidenceError: the clone lacks one, or holds something else under its name.
        """
        for start in range(0, len(oids), _AT_ONCE):
            part = oids[start : start + _AT_ONCE]
            bodies = self._objects.commits(part)
            yield from (self._commit(oid, bodies[oid]) for oid in part)

    def _commit(self, oid: str, body: bytes) -> Commit:
        head, _, text = body.partition(b"\n\n")
        message = text.decode("utf-8", "backslashreplace")
        lines = head.decode("utf-8", "backslashreplace").split("\n")
        if found := _PICKED.search(message):
            self.picked[oid] = found[1]
        return Commit(
            oid=oid,
            tree=_values(lines, "tree")[0],
            parents=tuple(_values(lines, "parent")),
            author=_person(_values(lines, "author")[0]),
            committer=_person(_values(lines, "committer")[0]),
            co_authors=tuple(map(people.of_trailer, trailers.co_authors(message))),
            authors_complete=True,
            via_web=False,
            signature=None,
            subject=message.partition("\n")[0].strip(),
        )


def _values(lines: Sequence[str], key: str) -> list[str]:
    return [line.partition(" ")[2] for line in lines if line.startswith(f"{key} ")]


def _person(identity: str) -> Person:
    """Return who a header line names; no account is known here."""
    found = _IDENTITY.match(identity)
    name, email = (found[1], found[2]) if found else (identity, "")
    return people.of_git_actor(GitActor(name=name, email=email, user=None))
