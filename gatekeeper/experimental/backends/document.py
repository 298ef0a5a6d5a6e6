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
    control, experimental = _arms(held.get("variations"))
    plain = Configuration(
        on=_on(held),
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


def _on(held: dict[str, Any]) -> bool:
    """Return False only where it is certain that nobody meets anything but the control value.

    A flag that is off serves its off variation to everybody: that can be the experimental one.
    """
    return held.get("on", False) is not False or held.get("offVariation") not in (None, CONTROL)


def _fallthrough(configuration: Configuration) -> dict[str, Any]:
    weights = [WHOLE - configuration.weight, configuration.weight]
    arms = [{"variation": arm, "weight": weight} for arm, weight in enumerate(weights)]
    if configuration.weight == WHOLE:
        # a context that lacks the unit would fall into the first arm even at weight 0
        arms.reverse()
    return {"rollout": {"contextKind": configuration.unit, "variations": arms}}


def _arms(variations: Any) -> tuple[Any, Any]:
    """Return the values of both arms; nothing where there are not exactly two."""
    match variations:
        case [control, experimental]:
            return control, experimental
        case _:
            return None, None


def _rollout(fallthrough: Any) -> tuple[int, str]:
    """Return the experimental weight and the unit; (0, "") where there is no rollout."""
    rollout = _object(_object(fallthrough).get("rollout"))
    if not isinstance(rollout.get("variations"), list):
        return 0, ""
    arms = map(_object, rollout["variations"])
    weights = (arm.get("weight") for arm in arms if arm.get("variation") == EXPERIMENTAL)
    weight = next(weights, None)
    return weight if type(weight) is int else 0, str(rollout.get("contextKind", ""))


def _object(value: Any) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}
