"""The registry of gates: one line each. Third parties add theirs by entry point."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points

from gatekeeper.core.errors import UsageError
from gatekeeper.core.gate import AnyGate, Gate
from gatekeeper.core.hints import did_you_mean
from gatekeeper.core.sections import Settings
from gatekeeper.experimental.gate import EXPERIMENTAL
from gatekeeper.review.gate import REVIEW
from gatekeeper.scan.gate import CODE, DEPENDENCIES, SECRETS, WORKFLOWS
from gatekeeper.staging.gate import STAGING

ENTRY_POINTS = "gatekeeper.gates"

BUILT_IN: tuple[AnyGate, ...] = (
    REVIEW,
    CODE,
    DEPENDENCIES,
    SECRETS,
    WORKFLOWS,
    STAGING,
    EXPERIMENTAL,
)


@functools.cache
def registry() -> Mapping[str, AnyGate]:
    """Return every gate by name. A third party's gate may not take a name that is in use."""
    gates = {gate.name: gate for gate in BUILT_IN}
    for entry in entry_points(group=ENTRY_POINTS):
        gate = entry.load()
        if not isinstance(gate, Gate) or gate.name in gates:
            raise UsageError(
                f"the plugin `{entry.name}` ({entry.value}) is no gate, or takes a name in use",
                "uninstall it, or ask its author for a version that fits",
            )
        gates[gate.name] = gate
    return gates


def schemas() -> dict[str, type[Settings]]:
    """Return each gate's settings schema."""
    return {name: gate.settings for name, gate in registry().items()}


def named(names: Iterable[str]) -> tuple[AnyGate, ...]:
    """Return gates by name, in that order, each once."""
    known = registry()
    for name in names:
        if name not in known:
            raise UsageError(f"unknown gate `{name}`", did_you_mean(name, known))
    return tuple(known[name] for name in dict.fromkeys(names))
