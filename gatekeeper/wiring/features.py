"""Builds what `gatekeeper feature` works with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.core.errors import UsageError
from gatekeeper.experimental.gate import EXPERIMENTAL
from gatekeeper.experimental.service import FeatureService
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.wiring import environment, policies


def feature_service(root: Path, policy: Path | None) -> FeatureService:
    """Return the service over the features of `root`, by its policy and on this machine's clock."""
    if not root.is_dir():
        raise UsageError(f"{root} is no folder", "give the path of a project")
    loaded = policies.load(root, base=None, named=policy)
    policies.require_variables(loaded, {EXPERIMENTAL.name})
    settings = loaded.policy.settings[EXPERIMENTAL.name]
    if not isinstance(settings, ExperimentalSettings):
        raise TypeError(settings)
    given = environment.slice_for(EXPERIMENTAL, settings)
    return FeatureService(settings, root, given, lambda: datetime.now(UTC))
