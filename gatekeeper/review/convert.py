"""GitHub's answers as facts, one by one; nothing is asked here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from gatekeeper.core.errors import EvidenceError
from gatekeeper.github import answers
from gatekeeper.github.activity import Push as Moved
from gatekeeper.github.activity import RuleSuite as Suite
from gatekeeper.review import people, trailers
from gatekeeper.review.facts import (
    BaseChange,
    Commit,
    Dismissal,
    ForcePush,
    Person,
    Push,
    RuleSuite,
    Signature,
)
from gatekeeper.review.words import short

_NOWHERE = "0" * 40
_BUTTONS = ("pr_merge", "merge_queue_merge")
V = TypeVar("V", answers.ForcePushed, answers.Dismissed)


def commit(answer: answers.Commit, named: Iterable[answers.GitActor]) -> Commit:
    """Return a commit.

    Args:
        answer: GitHub's.
        named: all of its authors, as far as GitHub gave them.

    Raises:
        EvidenceError: not all of its parents are named.
    """
    named, parents = tuple(named), answer.parents
    if len(parents.nodes) != parents.total_count:
        raise EvidenceError(f"GitHub did not name all parents of {answer.oid[:7]}", "run again")
    return Commit(
        oid=answer.oid,
        tree=answer.tree.oid,
        parents=tuple(parent.oid for parent in parents.nodes),
        author=people.of_git_actor(answer.author),
        committer=people.of_git_actor(answer.committer),
        co_authors=_co_authors(answer, named),
        authors_complete=len(named) == answer.authors.total_count,
        via_web=answer.committed_via_web,
        signature=_signature(answer.signature),
        subject=answer.message.partition("\n")[0].strip(),
    )


def _co_authors(answer: answers.Commit, named: Iterable[answers.GitActor]) -> tuple[Person, ...]:
    """Return the union of what GitHub and what the message says, without the author."""
    named = tuple(named)
    known = {people.address(actor) for actor in (answer.author, *named)}
    written = (t for t in trailers.co_authors(answer.message) if t.email not in known)
    everyone = dict.fromkeys((*map(people.of_git_actor, named), *map(people.of_trailer, written)))
    everyone.pop(people.of_git_actor(answer.author), None)
    return tuple(everyone)


def _signature(signature: answers.Signature | None) -> Signature | None:
    if signature is None:
        return None
    return Signature(signature.is_valid, signature.was_signed_by_git_hub)


def force_pushes(events: Iterable[answers.Event]) -> Iterator[ForcePush]:
    """Yield every rewriting of the head branch."""
    for event in _of(answers.ForcePushed, events):
        before, after = oid(event.before_commit), oid(event.after_commit)
        yield ForcePush(people.of_actor(event.actor), event.created_at, before, after)


def base_changes(events: Iterable[answers.Event], base: str) -> Iterator[BaseChange]:
    """Yield whatever gave the pull request another base; `base` is its present branch."""
    for event in events:
        if isinstance(event, answers.BaseEvent):
            yield BaseChange(people.of_actor(event.actor), event.created_at, *_moved(event, base))


def _moved(event: answers.BaseEvent, base: str) -> tuple[str, str]:
    """Return what the base was before and after; only its present name is known for a rewrite."""
    if isinstance(event, answers.BaseChanged):
        return event.previous_ref_name, event.current_ref_name
    if isinstance(event, answers.BaseDeleted):
        return event.base_ref_name or base, "(deleted)"
    before, after = oid(event.before_commit), oid(event.after_commit)
    unknown = "an unknown commit"
    return f"{base} at {short(before, unknown)}", f"{base} at {short(after, unknown)}"


def dismissals(events: Iterable[answers.Event]) -> Iterator[Dismissal]:
    """Yield every dismissal of a review."""
    for event in _of(answers.Dismissed, events):
        review = event.review.id if event.review else None
        yield Dismissal(people.of_actor(event.actor), event.created_at, review)


def base_oid(ends: answers.Ends) -> str:
    """Return what it would be merged into now; of what is not open, what it was held against.

    Raises:
        EvidenceError: it is open, and its base branch is gone.
    """
    if ends.state != "OPEN":
        return ends.base_ref_oid
    if ends.base_ref is None:
        raise EvidenceError(
            f"#{ends.number} asks {ends.base_ref_name}, and there is no such branch any more",
            "point it at another branch",
        )
    return ends.base_ref.target.oid


def push(moved: Moved) -> Push:
    """Return one move of a branch."""
    return Push(
        actor=people.of_rest(moved.actor),
        at=moved.timestamp,
        before=_somewhere(moved.before),
        after=_somewhere(moved.after),
        by_button=moved.activity_type in _BUTTONS,
    )


def _somewhere(name: str) -> str | None:
    return None if name == _NOWHERE else name


def rule_suite(suite: Suite) -> RuleSuite:
    """Return what the host's rules said; it names the actor without an id."""
    actor = Person("unlinked", login=suite.actor_name) if suite.actor_name else Person("ghost")
    return RuleSuite(actor, suite.pushed_at, suite.result)


def _of(kind: type[V], events: Iterable[answers.Event]) -> Iterator[V]:
    return (event for event in events if isinstance(event, kind))


def oid(ref: answers.Ref | None) -> str | None:
    """Return a commit's name, or None when GitHub no longer says."""
    return ref.oid if ref else None
