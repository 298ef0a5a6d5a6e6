"""`gatekeeper feature`: parse, ask the service, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from gatekeeper.cli import features

if TYPE_CHECKING:
    from gatekeeper.experimental.outcome import Outcome
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
    options = (
        click.argument("key"),
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


@click.group()
def feature() -> None:
    """Take a feature from staging through QA and Experimental to general release, or back.

    Who acts is asserted with --actor and not authenticated: in a workflow, pass on the identity
    that the host vouches for. One who made a change cannot approve it or sign it off.
    """


@feature.command("list")
@_tree
def list_(path: Path, policy: Path | None) -> int:
    """Every feature: where it stands and what its next step takes."""
    return features.listing(_service(path, policy).standings())


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
@_acting
def advance(artifact: str, **given: Any) -> int:
    """Take KEY to its next phase or stage, short of general release."""
    return _do(given, lambda service, key, order: service.advance(key, order, artifact))


@feature.command()
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


def _do(given: dict[str, Any], operation: Callable[[FeatureService, str, Any], Outcome]) -> int:
    from gatekeeper.experimental.outcome import Order

    order = Order(
        # must not fall back where it was given empty, by a variable that is not set
        actor=features.login() if given["actor"] is None else given["actor"],
        dry_run=given["dry_run"],
        operation_id=given["operation_id"],
        announce=features.plan,
    )
    service = _service(given["path"], given["policy"])
    found = operation(service, given["key"], order)
    code = features.outcome(found, dry_run=order.dry_run)
    features.following(found, service)
    return code


def _service(path: Path, policy: Path | None) -> FeatureService:
    from gatekeeper.wiring.features import feature_service

    return feature_service(path, policy)
