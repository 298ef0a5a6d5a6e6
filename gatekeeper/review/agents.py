"""Which Apps write code for somebody who asks them to."""

from __future__ import annotations

from gatekeeper.review.facts import Person

_AGENTS = frozenset({
    "copilot", "copilot-swe-agent", "claude", "chatgpt-codex-connector", "cursor",
    "devin-ai-integration", "google-labs-jules", "openhands-ai",
})  # fmt: skip
# whoever is assigned to their pull requests is asked to look at them
_MACHINES = frozenset({"dependabot", "dependabot-preview", "renovate", "github-actions"})


def is_coding_agent(person: Person) -> bool:
    """Whether this is an App that opens pull requests for whoever asks it to."""
    return person.kind == "bot" and _bare(person) in _AGENTS


def may_work_on_request(person: Person) -> bool:
    """Whether an assignee of this App's pull request may be who asked for it."""
    return person.kind == "bot" and _bare(person) not in _MACHINES


def _bare(person: Person) -> str:
    return (person.login or "").casefold().removesuffix("[bot]")
