"""A flag as LaunchDarkly's SDK reads it, to and from `Configuration`. Pure.

Bucketing puts the control arm first: a unit that is Experimental at 5 % stays so at 25 %, and a
context that lacks the unit gets the control value.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from gatekeeper.core.digest import canonical, digest
from gatekeeper.experimental.configuration import Configuration
from gatekeeper.experimental.features import WHOLE

CONTROL = 0
EXPERIMENTAL = 1


def document(flag: str, configuration: Configuration) -> dict[str, Any]:
    """Return the flag in LaunchDarkly's JSON, without its version."""
    return {
        "key": flag,
        "on": configuration.on,
        "offVariation": CONTROL,
        "fallthrough": _fallthrough(configuration),
        "variations": [json.loads(configuration.control), json.loads(configuration.experimental)],
        "salt": flag,
        "phase": configuration.phase,
    }


def configuration(flag: str, held: dict[str, Any]) -> Configuration:
    """Return what a document says; whatever it says besides is named by `extras`."""
    weight, unit = _rollout(held.get("fallthrough"))
    arms = held.get("variations")
    control, experimental = arms if isinstance(arms, list) and len(arms) == 2 else (None, None)  # noqa: PLR2004 - two arms
    plain = Configuration(
        on=held.get("on") is True,
        weight=weight,
        unit=unit,
        control=canonical(control).decode(),
        experimental=canonical(experimental).decode(),
        phase=str(held.get("phase", "")),
    )
    content = {key: value for key, value in held.items() if key != "version"}
    written = canonical(content)
    if written == canonical(document(flag, plain)):
        return plain
    return replace(plain, extras=digest(written))


def _fallthrough(configuration: Configuration) -> dict[str, Any]:
    weights = [WHOLE - configuration.weight, configuration.weight]
    arms = [{"variation": arm, "weight": weight} for arm, weight in enumerate(weights)]
    if configuration.weight == WHOLE:
        # a context that lacks the unit would fall into the first arm even at weight 0
        arms.reverse()
    return {"rollout": {"contextKind": configuration.unit, "variations": arms}}


def _rollout(fallthrough: Any) -> tuple[int, str]:
    """Return the experimental weight and the unit; (0, "") where there is no rollout."""
    rollout = fallthrough.get("rollout") if isinstance(fallthrough, dict) else None
    if not isinstance(rollout, dict) or not isinstance(rollout.get("variations"), list):
        return 0, ""
    arms = [arm for arm in rollout["variations"] if isinstance(arm, dict)]
    weights = [arm.get("weight") for arm in arms if arm.get("variation") == EXPERIMENTAL]
    weight = weights[0] if weights and type(weights[0]) is int else 0
    return weight, str(rollout.get("contextKind", ""))
