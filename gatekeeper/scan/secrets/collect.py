"""Lists files and commits, hands them to a scanner, and forgets every secret that it names."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gatekeeper.core.errors import ToolError
from gatekeeper.core.gate import Request
from gatekeeper.scan.excluding import split
from gatekeeper.scan.results import Results
from gatekeeper.scan.secrets import history, known, scanners, telling
from gatekeeper.scan.secrets.compiled import Compiled
from gatekeeper.scan.secrets.facts import History, Secret, SecretEvidence
from gatekeeper.scan.secrets.known import Known
from gatekeeper.scan.secrets.material import Material, Origin
from gatekeeper.scan.secrets.settings import SecretSettings
from gatekeeper.scan.secrets.sighting import Look, Seen
from gatekeeper.scan.secrets.telling import Placed
from gatekeeper.scan.secrets.tree import Tree, gather


def collect(request: Request[SecretSettings]) -> SecretEvidence:
    """Look at the tree, and at the commits of the change where one is named.

    Raises:
        ToolError: the files cannot be listed.
        EvidenceError: commits of the change are missing from this clone.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gatekeeper-", ignore_cleanup_errors=True) as folder:
        material = Material(Path(folder))
        scanner = _chosen(request.settings.scanner)
        patterns = request.rules / "scan" / "secrets" / "patterns.yaml"
        depends = known.depends(scanners.identity(scanner), patterns)
        kept = Results(request.cache, request.cache_key)
        compiled = Compiled(request.cache / "secrets" / scanner, kept, depends)
        clean = Known(kept, depends)
        tree = gather(request, clean, material)
        change = _change(request)
        past = _past(change, request, material) if change else None
        request.progress(f"looking for secrets in {len(material.names())} files and versions")
        seconds = request.deadline - (time.monotonic() - started)
        look = Look(material.folder, material.mark, patterns, compiled.open(), seconds)
        answer = _answer(scanner, request.settings.scanner, look, nothing=not material.origins)
        if answer.seen:
            compiled.close()
            clean.keep(tree.digests, tree.clean(answer.seen, material))
        return replace(_told(tree, answer, material, change), history=past)


@dataclass(frozen=True, slots=True)
class _Change:
    """Which commits to look at, of which checkout."""

    root: Path
    since: str | None
    head: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the first scanner said that runs here, or why none did."""

    scanner: str
    seen: Seen | None
    instead: str = ""
    problem: str = ""
    next_step: str = ""


def _change(request: Request[SecretSettings]) -> _Change | None:
    subject = request.subject
    since = subject.base or request.options.diff
    if subject.commit is None or (since is None and request.settings.history == "change"):
        return None
    everything = request.settings.history == "all"
    return _Change(request.root.resolve(), None if everything else since, subject.commit)


def _past(change: _Change, request: Request[SecretSettings], material: Material) -> History:
    """Hand over what the commits of the change brought, but for what the policy excludes."""
    with history.opened(change.root, change.since, change.head) as commits:
        versions = commits.versions()
        kept, _ = split(sorted({one.path for one in versions}), request.settings.exclude)
        looked = [one for one in versions if one.path in frozenset(kept)]
        for version, data in commits.read(looked):
            material.add(Origin(version.path, version.oid), data)
    messages = sum(version.message for version in versions)
    return History(change.since, messages, len(versions) - messages)


def _chosen(wanted: str) -> str:
    """Return the scanner that the policy names; `auto` is the first that is installed."""
    ordered = [*scanners.SCANNERS] if wanted == "auto" else [wanted]
    return next(filter(scanners.installed, ordered), ordered[0])


def _answer(name: str, wanted: str, look: Look, *, nothing: bool) -> _Answer:
    """Ask the scanner, unless there is nothing to ask it about.

    One that breaks down is not replaced: a file that can kill the better scanner must not choose
    the weaker one.
    """
    first = next(iter(scanners.SCANNERS))
    instead = f"{first} is not installed" if wanted == "auto" and name != first else ""
    try:
        seen = (
            Seen(scanners.version(name), frozenset(), ()) if nothing else scanners.scan(name, look)
        )
    except ToolError as error:
        return _Answer(name, None, instead, error.reason, error.next_step)
    return _Answer(name, seen, instead)


def _told(
    tree: Tree, answer: _Answer, material: Material, change: _Change | None
) -> SecretEvidence:
    seen = answer.seen or Seen("", frozenset(), ())
    ledger = replace(
        tree.evidence.ledger,
        wanted=tuple(sorted({*material.names(), *tree.spared})),
        scanned=material.seen(set(seen.looked)) if answer.seen else (),
        as_before=tuple(tree.spared),
        failed=(*tree.evidence.ledger.failed, *material.failed),
        binary=material.binary + sum(one.binary for one in tree.spared.values()),
        archived=material.archived + sum(one.archived for one in tree.spared.values()),
    )
    placed = telling.places(seen.sightings, material)
    return replace(
        tree.evidence,
        scanner=answer.scanner,
        version=seen.version,
        ledger=ledger,
        secrets=tuple(_secrets(placed, material, change)),
        instead=answer.instead,
        problem=answer.problem,
        next_step=answer.next_step,
    )


def _secrets(placed: Sequence[Placed], material: Material, change: _Change | None) -> list[Secret]:
    commits = _commits({one.origin.version for one in placed if one.origin.version}, change)
    return [
        one.secret(_line(material.folder / one.sighting.file, one.sighting.line), commit)
        for one in placed
        for commit in [commits.get(one.origin.version or "")]
    ]


def _commits(versions: set[str], change: _Change | None) -> dict[str, str]:
    """Return by version the commit that brought it."""
    if change is None or not versions:
        return {}
    with history.opened(change.root, change.since, change.head) as commits:
        return {oid: commits.brought_by(oid) for oid in sorted(versions)}


def _line(path: Path, number: int) -> str:
    lines = path.read_bytes().split(b"\n")
    return lines[number - 1].decode("utf-8", "surrogateescape") if number <= len(lines) else ""
