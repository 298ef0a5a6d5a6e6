"""What a clone itself says of commits: read from its objects, each hashed anew."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError
from gatekeeper.github.answers import GitActor
from gatekeeper.review import people, trailers
from gatekeeper.review.facts import Commit, Person

_AT_ONCE = 500
_IDENTITY = re.compile(r"^(.*?) ?<([^>]*)> \d+ [+-]\d{4}$")
_PICKED = re.compile(r"^\(cherry picked from commit ([0-9a-f]{7,40})\)\s*$", re.M)


class Log:
    """Reads commits out of a repository that `git.borrowed` made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.picked: dict[str, str] = {}

    def commits(self, oids: Sequence[str]) -> Iterator[Commit]:
        """Yield each of these commits, in this order; who wrote them is as the commits say.

        Raises:
            EvidenceError: the clone lacks one, or holds something else under its name.
        """
        for start in range(0, len(oids), _AT_ONCE):
            part = oids[start : start + _AT_ONCE]
            given = "".join(f"{oid}\n" for oid in part).encode()
            output = git.ask(self._folder, "cat-file", "--batch", given=given).stdout
            yield from map(self._commit, part, _bodies(part, output))

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


def _bodies(oids: Sequence[str], output: bytes) -> Iterator[bytes]:
    position = 0
    for oid in oids:
        end = output.find(b"\n", position)
        words = output[position:end].split(b" ")
        if words[1:2] != [b"commit"]:
            raise EvidenceError(
                f"this clone does not have {oid[:7]}", f"run `git fetch origin {oid}`"
            )
        body = output[end + 1 : end + 1 + int(words[2])]
        named = hashlib.sha1(b"commit %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
        if named != oid:
            raise EvidenceError(
                f"this clone holds something else under the name {oid[:7]}", "clone it anew"
            )
        yield body
        position = end + len(body) + 2


def _values(lines: Sequence[str], key: str) -> list[str]:
    return [line.partition(" ")[2] for line in lines if line.startswith(f"{key} ")]


def _person(identity: str) -> Person:
    """Return who a header line names; no account is known here."""
    found = _IDENTITY.match(identity)
    name, email = (found[1], found[2]) if found else (identity, "")
    return people.of_git_actor(GitActor(name=name, email=email, user=None))
