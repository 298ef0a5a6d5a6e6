"""The gate `staging`: does staging hold production data?

Read on in `collect.py` (what is read), `scan.py` (what is counted) and `judge.py` (what it means).
"""

from __future__ import annotations

from gatekeeper.core.gate import Gate, Request
from gatekeeper.staging.facts import StagingEvidence
from gatekeeper.staging.judge import judge
from gatekeeper.staging.settings import StagingSettings


def _collect(request: Request[StagingSettings]) -> StagingEvidence:
    from gatekeeper.staging.collect import collect

    return collect(request)


STAGING = Gate(
    name="staging",
    question="Is staging free of production data?",
    evidence=StagingEvidence,
    settings=StagingSettings,
    collect=_collect,
    judge=judge,
    environment=("GATEKEEPER_FINGERPRINT_KEY",),
)
