"""Guards on time and on others: freezes, prerequisites, and the end of a flag's life. Pure."""

from __future__ import annotations

from datetime import timedelta

from gatekeeper.core.fields import format_duration
from gatekeeper.experimental.configuration import percent
from gatekeeper.experimental.features import WHOLE
from gatekeeper.experimental.guards import Ahead, Guard, Refusal, Situation, approvers
from gatekeeper.experimental.settings import FreezeSettings
from gatekeeper.experimental.state import Phase

_SHOWN = 3


def freeze(at: Situation) -> FreezeSettings | None:
    """Return the freeze that holds now, the one that ends last; None when none does."""
    holding = [one for one in at.settings.calendar if one.holds(at.now.date())]
    return max(holding, key=lambda one: one.until, default=None)


def thawed(at: Situation) -> Refusal | None:
    """Nothing reaches more users during a freeze, but for a hot-fix that enough people approved."""
    holding = freeze(at)
    if holding is None:
        return None
    if at.hotfix:
        return _hotfix(at)
    over = holding.until + timedelta(days=1)
    left = timedelta(days=(over - at.now.date()).days) - _since_midnight(at)
    reason = f"frozen until {holding.until} (UTC): {holding.reason}"
    key = at.state.key
    remedy = f"wait, or `gatekeeper feature advance {key} --hotfix REASON` with approvals"
    return Refusal("freeze", reason, remedy, left)


def _since_midnight(at: Situation) -> timedelta:
    return at.now - at.now.replace(hour=0, minute=0, second=0, microsecond=0)


def _hotfix(at: Situation) -> Refusal | None:
    needed = at.settings.hotfix_approvals
    found = {*approvers(at, Phase.EXPERIMENTAL), *approvers(at, Phase.GENERAL)}
    if len(found) >= needed:
        return None
    reason = f"a hot-fix needs {needed} approvals during a freeze: {len(found)} of {needed}"
    remedy = f"`gatekeeper feature approve {at.state.key}` by somebody outside the change"
    return Refusal("freeze", reason, remedy, needs="approvals of the hot-fix")


def follows(weight: int) -> Guard:
    """Return the guard that what it requires is met by as many units as it will be itself."""

    def prerequisites(at: Situation) -> Refusal | None:
        """No dependent is ahead of what it requires."""
        behind = next((one for one in at.ahead if not _ahead(one, weight)), None)
        if behind is None:
            return None
        where = behind.state.phase.label if behind.state else "not started"
        reason = (
            f"it requires {behind.key}, which is {where} at {percent(behind.weight)}, "
            f"and would be at {percent(weight)}"
        )
        remedy = f"bring {behind.key} on first: `gatekeeper feature show {behind.key}`"
        return Refusal("prerequisites", reason, remedy, needs=f"{behind.key} ahead of it")

    return prerequisites


def _ahead(one: Ahead, weight: int) -> bool:
    if one.state is None or one.state.pending:
        return False
    if one.state.phase is Phase.ARCHIVED:
        return True
    if weight == WHOLE:
        return one.state.released
    return one.state.live and one.weight >= weight


def baked(at: Situation) -> Refusal | None:
    """It must have been general for long enough that nobody wants to go back."""
    left = at.settings.bake - (at.now - at.state.since)
    if left <= timedelta(0):
        return None
    reason = f"needs {format_duration(left)} more as a general feature"
    return Refusal("bake", reason, f"wait {format_duration(left)}", left)


def unreferenced(at: Situation) -> Refusal | None:
    """No file of the tree may name its flag any more."""
    if at.references is None:
        remedy = "run it in a git checkout of the application"
        reason = "nobody can tell which files name its flag"
        return Refusal("references", reason, remedy, needs="a checkout")
    if not at.references:
        return None
    shown = ", ".join(at.references[:_SHOWN])
    more = f" and {len(at.references) - _SHOWN} more" if len(at.references) > _SHOWN else ""
    reason = f"its flag {at.feature.flag} is named in {shown}{more}"
    return Refusal("references", reason, "take the flag out of the code", needs="no references")


def quiet(at: Situation) -> Refusal | None:
    """Nobody may have asked for its flag of late."""
    if at.evaluated is False:
        return None
    span = format_duration(at.settings.quiet)
    if at.evaluated is None:
        reason, remedy = "nobody counts who asks for its flag", "use a backend that counts it"
        return Refusal("evaluations", reason, remedy, needs="counts of evaluations")
    reason = f"its flag was evaluated within the last {span}"
    remedy = "find out which deployment still asks for it"
    return Refusal("evaluations", reason, remedy, at.settings.quiet, "no more evaluations")
