"""Which owners' approval a change needs, and whether it has it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gatekeeper.review.facts import Person, PullRequest, Team
from gatekeeper.review.identities import Identities
from gatekeeper.review.owners.codeowners import CodeOwners, Line, is_team, parse


@dataclass(frozen=True, slots=True)
class Owned:
    """Paths that a line of the owners file gives to the same people.

    Attributes:
        line: of the file.
        paths: that the change touches, sorted.
    """

    line: Line
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Owned paths that none of their owners approved.

    Attributes:
        owned: which.
        unread: teams among the owners whose members could not be read.
        unmapped: owners' addresses of which nobody says whose they are.
        sole: the only owner, where that is a contributor, who cannot approve their own change.
    """

    owned: Owned
    unread: tuple[Team, ...] = ()
    unmapped: tuple[str, ...] = ()
    sole: str = ""


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who approved, in the words of the owners file.

    Attributes:
        people: those whose approval counts.
        contributors: keys of everybody who had a part in the change.
        identities: who is one person.
        teams: by name, lower case.
    """

    people: Sequence[Person]
    contributors: frozenset[str]
    identities: Identities
    teams: dict[str, Team] = field(default_factory=dict)

    def has_one_of(self, owners: Iterable[str]) -> bool:
        """Whether one of these owners approved."""
        keys = {self.identities.key(person) for person in self.people}
        return any(keys & self.keys_of(owner) for owner in owners)

    def keys_of(self, owner: str) -> set[str | None]:
        """Return who an owner is; nobody for a team or an address that is not known."""
        if is_team(owner):
            team = self.teams.get(owner.casefold())
            members = team.members if team else None
            return {self.identities.key(person) for person in members or ()} - {None}
        if owner.startswith("@"):
            return {self.identities.key_of(owner[1:])}
        return {self.identities.key(Person("unlinked", email=owner.casefold()))} - {None}


def teams_needed(pull: PullRequest) -> tuple[str, ...]:
    """Return the teams that own something of this change, as the owners file spells them."""
    owners = (owner for owned in owned_paths(pull) for owner in owned.line.owners)
    return tuple(dict.fromkeys(filter(is_team, owners)))


def owned_paths(pull: PullRequest) -> tuple[Owned, ...]:
    """Return what of the change has an owner, line by line."""
    paths = pull.content.changed if pull.content else None
    if pull.owners is None or paths is None:
        return ()
    return tuple(_owned(parse(pull.owners.text), paths))


def missing_owners(pull: PullRequest, approvers: Approvers) -> Iterator[Missing]:
    """Yield the owned paths that no owner approved."""
    for owned in owned_paths(pull):
        owners = owned.line.owners
        if not approvers.has_one_of(owners):
            yield Missing(
                owned,
                tuple(_unread(owners, approvers)),
                tuple(o for o in owners if not o.startswith("@") and not approvers.keys_of(o)),
                _sole(owners, approvers),
            )


def _owned(file: CodeOwners, paths: Iterable[str]) -> Iterator[Owned]:
    grouped: dict[int, list[str]] = defaultdict(list)
    lines = {line.number: line for line in file.lines}
    for path in sorted(paths):
        line = file.line_for(path)
        if line is not None and line.owners:
            grouped[line.number].append(path)
    for number, found in sorted(grouped.items()):
        yield Owned(lines[number], tuple(found))


def _unread(owners: Iterable[str], approvers: Approvers) -> Iterator[Team]:
    for owner in filter(is_team, owners):
        team = approvers.teams.get(owner.casefold(), Team(owner, None, "nobody asked for it"))
        if team.members is None:
            yield team


def _sole(owners: Sequence[str], approvers: Approvers) -> str:
    """Return the only owner where that is somebody who had a part in the change."""
    if len(owners) == 1 and not is_team(owners[0]):
        return owners[0] if approvers.keys_of(owners[0]) & approvers.contributors else ""
    return ""
