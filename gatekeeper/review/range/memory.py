"""What is known already of an audit that was interrupted: merged things only, by immutable ids.

A cache can be poisoned by whoever can write to its folder, on a build server perhaps another
pull request's job. So each entry is sealed with the token that read it: without that token none
can be made, moved to another key or changed, and one that does not fit is not there.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from gatekeeper.review.facts import Commit, PullRequest, RangeCommit, Team
from gatekeeper.review.range.histories import History, Surroundings

_PURPOSE = b"gatekeeper: what an interrupted audit knew, version 1"
_MOST_BYTES = 512_000_000
T = TypeVar("T")


class Remembered:
    """A history that asks another one only for what is not known yet.

    Attributes:
        recorded: as the other's.
        name: as the other's.
    """

    def __init__(self, history: History, folder: Path, token: str, *, pushers: bool) -> None:
        """Prepare; nothing is read yet.

        Args:
            history: to ask.
            folder: for the cache; may not exist yet.
            token: that the history is asked with; never stored.
            pushers: whether the history tells who pushed, too.
        """
        self.recorded = history.recorded
        self.name = history.name
        self._history = history
        self._detail = "with pushers" if pushers else "without pushers"
        self._folder = folder
        self._seal = hmac.digest(token.encode(), _PURPOSE, "sha256")
        self._entries: _Entries | None = None

    def surroundings(self, names: Sequence[str], branch: str | None, head: str) -> Surroundings:
        """Ask anew: branches, tags and queues move."""
        found = self._history.surroundings(names, branch, head)
        whose = f"{self.name} {found.repository_id} {self._detail}"
        self._entries = _Entries(self._folder, whose, self._seal)
        return found

    def team(self, name: str) -> Team:
        """Ask anew: people come and go."""
        return self._history.team(name)

    def commits(self, known: Sequence[Commit]) -> Iterator[RangeCommit]:
        """Yield each commit; one that no pull request was connected with is asked for again."""
        shelf = _Shelf(TypeAdapter(RangeCommit), "commit", self._entries)
        missing = [commit for commit in known if shelf.get(commit.oid) is None]
        asked = self._history.commits(missing)
        for commit in known:
            found = shelf.get(commit.oid)
            if found is None:
                found = next(asked)
                if found.candidates and found.complete:
                    shelf.put(commit.oid, found)
            yield found

    def pull_requests(self, numbers: Sequence[int]) -> Iterator[PullRequest]:
        """Yield each pull request; one that is not merged is asked for again."""
        shelf = _Shelf(TypeAdapter(PullRequest), "pull request", self._entries)
        missing = [number for number in numbers if shelf.get(str(number)) is None]
        asked = self._history.pull_requests(missing)
        for number in numbers:
            found = shelf.get(str(number))
            if found is None:
                found = next(asked)
                if _is_settled(found):
                    shelf.put(str(number), found)
            yield found


def _is_settled(pull: PullRequest) -> bool:
    read = all(review.permission_problem == "" for review in pull.reviews)
    read = read and not (pull.pushes and pull.pushes.problem)
    whole = pull.commits_complete and pull.reviews_complete and pull.timeline_complete
    return pull.was_merged and whole and read


class _Shelf(Generic[T]):
    """The entries of one kind."""

    def __init__(self, form: TypeAdapter[T], kind: str, entries: _Entries | None) -> None:
        self._form = form
        self._kind = kind
        self._entries = entries

    def get(self, key: str) -> T | None:
        text = self._entries.get(self._kind, key) if self._entries else None
        if text is None:
            return None
        try:
            return self._form.validate_json(text, strict=True)
        except ValidationError:
            return None

    def put(self, key: str, value: T) -> None:
        if self._entries:
            self._entries.put(self._kind, key, self._form.dump_json(value).decode())


class _Entries:
    """Sealed lines of a file: `seal TAB key TAB facts`; a file that cannot be used holds none."""

    def __init__(self, folder: Path, whose: str, seal: bytes) -> None:
        name = hashlib.sha256(whose.encode()).hexdigest()[:16]
        self._path = folder / f"audit-{name}.tsv"
        self._whose = whose
        self._key = seal
        self._known = dict(self._read())

    def get(self, kind: str, key: str) -> str | None:
        return self._known.get(self._named(kind, key))

    def put(self, kind: str, key: str, text: str) -> None:
        named = self._named(kind, key)
        self._known[named] = text
        with suppress(OSError):
            self._folder()
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{self._sealed(named, text)}\t{named}\t{text}\n")

    def _folder(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _named(self, *parts: str) -> str:
        return json.dumps([self._whose, *parts])

    def _sealed(self, named: str, text: str) -> str:
        return hmac.digest(self._key, f"{named}\t{text}".encode(), "sha256").hex()

    def _read(self) -> Iterator[tuple[str, str]]:
        for line in self._lines():
            seal, _, rest = line.partition("\t")
            named, _, text = rest.partition("\t")
            if hmac.compare_digest(seal.encode(), self._sealed(named, text).encode()):
                yield named, text

    def _lines(self) -> list[str]:
        try:
            if self._path.stat().st_size > _MOST_BYTES:
                return []
            data = self._path.read_bytes()
        except OSError:
            return []
        return data.decode("utf-8", "replace").split("\n")
