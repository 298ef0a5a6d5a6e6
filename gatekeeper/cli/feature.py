"""`gatekeeper feature`: parse, ask the service, print."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from gatekeeper.cli import features

if TYPE_CHECKING:
    from gatekeeper.experimental.outcome import Order, Outcome
    from gatekeeper.experimental.service import FeatureService

_PATH = click.Path(path_type=Path)
_F = TypeVar("_F", bound=Callable[..., Any])


def _tree(command: _F) -> _F:
    options = (
        click.option("--path", type=_PATH, default=Path(), help="The tree.  [default: .]"),
        click.option("--policy", type=_PATH, help="The policy.  [default: PATH/gatekeeper.yml]"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _acting(command: _F) -> _F:
    return click.argument("key")(_by_somebody(command))


def _by_somebody(command: _F) -> _F:
    options = (
        click.option(
            "--actor",
            help="Who acts: recorded as asserted, which proves nothing.  [default: login name]",
        ),
        click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing."),
        click.option(
            "--operation-id", default="", help="Names this wish: giving it twice changes nothing."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return _tree(command)


_ARTIFACT = click.option(
    "--artifact", default="", metavar="DIGEST", help="sha256:… of what is deployed."
)


_HOTFIX = click.option(
    "--hotfix", metavar="REASON", help="Why it must move in spite of a freeze; needs approvals."
)


@click.group()
def feature() -> None:
    """Take a feature from staging through QA and Experimental to general release, or back.

    Who acts is asserted with --actor and not authenticated: in a workflow, pass on the identity
    that the host vouches for. One who made a change cannot approve it or sign it off.
    """


@feature.command("list")
@click.option("--experimental", is_flag=True, help="Only what is Experimental now.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="For people, for a changelog, or for a program.  [default: text]",
)
@_tree
def list_(experimental: bool, form: str, path: Path, policy: Path | None) -> int:
    """Every feature: where it stands and what its next step takes."""
    from gatekeeper.cli import listings

    standings = _service(path, policy).standings()
    shown = [one for one in standings if not experimental or listings.experimental(one)]
    return listings.FORMATS[form](shown)


@feature.command()
@click.argument("key")
@_tree
def show(key: str, path: Path, policy: Path | None) -> int:
    """Where the feature KEY stands, what it needs and what happened to it."""
    return features.shown(_service(path, policy).show(key))


@feature.command()
@_acting
def start(**given: Any) -> int:
    """Begin an attempt for KEY; writes features/KEY.yml where there is none."""
    return _do(given, lambda service, key, order: service.start(key, order))


@feature.command("sign-off")
@_ARTIFACT
@_acting
def sign_off(artifact: str, **given: Any) -> int:
    """Record that QA tested exactly the artifact of KEY that is deployed."""
    return _do(given, lambda service, key, order: service.sign_off(key, order, artifact))


@feature.command()
@_ARTIFACT
@_acting
def approve(artifact: str, **given: Any) -> int:
    """Approve KEY's next phase, for exactly this artifact and configuration."""
    return _do(given, lambda service, key, order: service.approve(key, order, artifact))


@feature.command()
@_ARTIFACT
@_HOTFIX
@click.option(
    "--auto",
    is_flag=True,
    help="Take every step that the guards allow: back on harm and after a deadline, else on. "
    "Without KEY for every feature.",
)
@click.argument("key", required=False, default="")
@_by_somebody
def advance(artifact: str, auto: bool, **given: Any) -> int:
    """Take KEY to its next phase or stage, short of general release."""
    if auto:
        return _auto(given)
    if not given["key"]:
        raise click.UsageError("say which feature: KEY, or --auto for all")
    return _do(given, lambda service, key, order: service.advance(key, order, artifact))


@feature.command()
@_HOTFIX
@_acting
def promote(**given: Any) -> int:
    """Make KEY generally available."""
    return _do(given, lambda service, key, order: service.promote(key, order))


@feature.command()
@click.option("--reason", default="", help="Why, for the record.")
@_acting
def rollback(reason: str, **given: Any) -> int:
    """Turn KEY off everywhere, now. Nothing stands in the way of it."""
    return _do(given, lambda service, key, order: service.rollback(key, order, reason))


@feature.command()
@click.option("--reason", required=True, help="Why, for the record.")
@_acting
def hold(reason: str, **given: Any) -> int:
    """Let KEY stay Experimental as it is; while it is held it does not soak."""
    return _do(given, lambda service, key, order: service.hold(key, order, reason))


@feature.command()
@_acting
def resume(**given: Any) -> int:
    """Let KEY, which is held, go on."""
    return _do(given, lambda service, key, order: service.resume(key, order))


@feature.command()
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="The new last day (UTC) on which it may be Experimental.",
)
@_acting
def extend(until: datetime, **given: Any) -> int:
    """Put KEY's expiry off: by somebody outside the change, a limited number of times."""
    return _do(given, lambda service, key, order: service.extend(key, order, until.date()))


@feature.command()
@_acting
def reconcile(**given: Any) -> int:
    """Bring ledger and flags of KEY together after a crash or a change by hand."""
    return _do(given, lambda service, key, order: service.reconcile(key, order))


@feature.command()
@click.option("--interval", type=click.FloatRange(min=0.1), default=2.0, help="Seconds.")
@click.option("--auto", is_flag=True, help="Take every step that the guards allow, as it comes.")
@click.option("--times", type=click.IntRange(min=1), help="End after so many looks.")
@_tree
def watch(interval: float, auto: bool, times: int | None, path: Path, policy: Path | None) -> int:
    """Watch every feature: stage, soak, exposure, and what the errors show so far."""
    from gatekeeper.cli import watching

    service = _service(path, policy)
    actor = features.login() if auto else ""
    return watching.watch(service, watching.Watch(interval, times, actor))


def _auto(given: dict[str, Any]) -> int:
    from gatekeeper.experimental.routine import routine

    service = _service(given["path"], given["policy"])
    keys = [given["key"]] if given["key"] else [one.key for one in service.standings()]
    for key in keys:
        order = _order(given)
        features.stepped(routine(service, key, order), dry_run=order.dry_run)
    return 0


def _do(given: dict[str, Any], operation: Callable[[FeatureService, str, Any], Outcome]) -> int:
    order = _order(given)
    service = _service(given["path"], given["policy"])
    found = operation(service, given["key"], order)
    code = features.outcome(found, dry_run=order.dry_run)
    features.following(found, service)
    return code


def _order(given: dict[str, Any]) -> Order:
    from gatekeeper.experimental.outcome import Order

    return Order(
        # must not fall back where it was given empty, by a variable that is not set
        actor=features.login() if given["actor"] is None else given["actor"],
        dry_run=given["dry_run"],
        operation_id=given["operation_id"],
        announce=features.plan,
        hotfix=given.get("hotfix") or "",
    )


def _service(path: Path, policy: Path | None) -> FeatureService:
    from gatekeeper.wiring.features import feature_service

    return feature_service(path, policy)
