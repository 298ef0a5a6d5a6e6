"""The gate `experimental`: start reading here, then `phases.py`."""

from __future__ import annotations

from gatekeeper.core.gate import Gate, Request
from gatekeeper.experimental.facts import ExperimentalEvidence
from gatekeeper.experimental.judge import judge
from gatekeeper.experimental.settings import ExperimentalSettings


def _collect(request: Request[ExperimentalSettings]) -> ExperimentalEvidence:
    from gatekeeper.experimental.collect import collect

    return collect(request)


EXPERIMENTAL = Gate(
    name="experimental",
    question="Is every live feature in its right phase?",
    evidence=ExperimentalEvidence,
    settings=ExperimentalSettings,
    collect=_collect,
    judge=judge,
    reads_tree=True,
)
