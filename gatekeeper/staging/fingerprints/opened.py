"""From the policy's word to what staging is held against, and from counts to facts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError, GatekeeperError
from gatekeeper.core.gate import Request
from gatekeeper.staging.detectors import Detector
from gatekeeper.staging.facts import Comparison, Fault, FingerprintFacts, SharedFacts
from gatekeeper.staging.fingerprints import files
from gatekeeper.staging.fingerprints.fingerprint import Fingerprint
from gatekeeper.staging.fingerprints.keys import keys_from
from gatekeeper.staging.fingerprints.match import Probe, Shared, by_owner
from gatekeeper.staging.fingerprints.overlap import Repeats
from gatekeeper.staging.fingerprints.values import reserved_of
from gatekeeper.staging.variables import resolved

if TYPE_CHECKING:
    from gatekeeper.staging.settings import StagingSettings


def compared_with(
    named: str, detectors: Sequence[Detector], request: Request[StagingSettings]
) -> tuple[FingerprintFacts, Probe | None]:
    """Open the fingerprint that the policy names; whatever goes wrong becomes part of the facts."""
    try:
        path = Path(resolved(named, request.environment))
        keys = keys_from(request.environment)
        _refuse_other_than_base(path, request)
        found = files.read(request.root / path, keys)
    except GatekeeperError as error:
        return FingerprintFacts(named, fault=Fault(error.reason, error.next_step)), None
    return _facts(named, found), Probe(found, keys.values, reserved_of(detectors))


def canary_key(request: Request[StagingSettings]) -> tuple[bytes | None, Fault | None]:
    """Return the key that tells canaries, or why there is none."""
    try:
        return keys_from(request.environment).canaries, None
    except GatekeeperError as error:
        return None, Fault(error.reason, error.next_step)


def compared(shared: Shared, fingerprint: Fingerprint) -> Comparison:
    """Return what a column shares, with production's columns by name."""
    sample = shared.sample
    owners = by_owner(shared, fingerprint)
    named = {fingerprint.columns[index].name: count for index, count in owners.items()}
    return Comparison(
        Repeats(sample.total, sample.distinct, sample.pairs, sample.share),
        tuple(SharedFacts(name, named[name]) for name in sorted(named)),
    )


def _facts(named: str, found: Fingerprint) -> FingerprintFacts:
    return FingerprintFacts(
        path=named,
        created_at=found.origin.created_at,
        sources=found.origin.sources,
        columns=found.kept,
        left_out=len(found.columns) - len(found.kept),
    )


def _refuse_other_than_base(path: Path, request: Request[StagingSettings]) -> None:
    """A change must not bring the fingerprint along that staging is held against."""
    base, root = request.subject.base, request.root
    if base is None or path.is_absolute() or path.as_posix() not in git.tracked(root):
        return
    if git.show(root, base, path.as_posix()) != (root / path).read_bytes():
        raise EvidenceError(
            f"the change under judgement brings another fingerprint ({path}) than its base has",
            "bring the fingerprint by a change of its own, which is reviewed first",
        )
