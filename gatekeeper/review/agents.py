"""Which Apps write code for somebody who asks them to."""

from __future__ import annotations

from gatekeeper.review.facts import Person

_AGENTS = frozenset({
    "copilot", "copilot-swe-agent", "claude", "chatgpt-codex-connector", "cursor",
    "devin-ai-integration", "google-labs-jules", "openhands-ai",
})  # fmt: skip


def is_coding_agent(person: Person) -> bool:
    """Whether this is an App that opens pull requests for whoever asks it to."""
    login = (person.login or "").casefold().removesuffix("[bot]")
    return person.kind == "bot" and login in _AGENTS
