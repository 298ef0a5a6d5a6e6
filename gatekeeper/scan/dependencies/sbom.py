"""A bill of materials: what a tree needs, as CycloneDX 1.6 in JSON.

The same tree, time and advisories give the same bytes: the serial number is made of the content.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from gatekeeper import __version__
from gatekeeper.scan.dependencies.database.fetching import shown
from gatekeeper.scan.dependencies.facts import Pin, Vulnerability
from gatekeeper.scan.dependencies.locks.interface import Artifact
from gatekeeper.scan.dependencies.tree import Needed

if TYPE_CHECKING:
    from cyclonedx.model import ExternalReference
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component
    from cyclonedx.model.vulnerability import Vulnerability as Weakness
    from packageurl import PackageURL

_FILE = "gatekeeper:lock"
# What locks call an algorithm, and its hex digits, by how CycloneDX calls it.
_ALGORITHMS = {
    ("md5", 32): "MD5",
    ("sha1", 40): "SHA-1",
    ("sha256", 64): "SHA-256",
    ("sha384", 96): "SHA-384",
    ("sha512", 128): "SHA-512",
}
_GAP = "gatekeeper:gap"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


@dataclass(frozen=True, slots=True)
class Material:
    """What a bill is made of.

    Attributes:
        needed: what the tree needs.
        flaws: what is known of it; empty when that was not asked.
        name: of what is described.
        version: its commit, or None.
        at: the time that the bill tells, UTC.
    """

    needed: Needed
    flaws: tuple[Vulnerability, ...]
    name: str
    version: str | None
    at: datetime


def gaps(needed: Needed) -> Iterator[str]:
    """Yield what is missing from a bill of this tree, or is in it without a version."""
    yield from (problem.reason for problem in needed.problems)
    yield from (f"{item.path}: {item.reason}" for item in needed.unjudged)
    loose = (item for item in needed.unpinned if item.blocks)
    yield from (f"{item.path}: {item.name} {item.reason}" for item in loose)


def write(material: Material) -> str:
    """Return the bill, ending in a line break."""
    from cyclonedx.output.json import JsonV1Dot6

    bom = _bill(material)
    bom.serial_number = uuid.UUID(int=0)
    content = JsonV1Dot6(bom).output_as_string(indent=2)
    bom.serial_number = uuid.uuid5(_NAMESPACE, content)
    told = json.loads(JsonV1Dot6(bom).output_as_string(indent=2))
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _bill(material: Material) -> Bom:
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType

    needed = material.needed
    whole = Component(
        name=material.name,
        version=material.version,
        type=ComponentType.APPLICATION,
        bom_ref=f"project:{material.name}",
    )
    known = [Property(name=_GAP, value=text) for text in dict.fromkeys(gaps(needed))]
    tool = Component(name="gatekeeper", version=__version__, type=ComponentType.APPLICATION)
    metadata = BomMetaData(component=whole, timestamp=material.at, properties=known)
    metadata.tools.components.add(tool)
    bom = Bom(metadata=metadata)
    components = _components(needed.pins, needed.artifacts)
    bom.components.update(components.values())
    _link(bom, whole, needed.pins, components)
    bom.vulnerabilities.update(_weaknesses(material.flaws, components))
    return bom


def _components(
    pins: Iterable[Pin], artifacts: Mapping[tuple[str, str], tuple[Artifact, ...]]
) -> dict[str, Component]:
    """Return one component for each version, by its purl, with the locks that pin it."""
    from cyclonedx.model import Property

    found: dict[str, Component] = {}
    for pin in pins:
        purl = purl_of(pin)
        one = found.setdefault(purl.to_string(), _component(pin, purl))
        one.properties.add(Property(name=_FILE, value=pin.path))
        one.external_references.update(_references(artifacts.get((pin.name, pin.version), ())))
    return found


def _component(pin: Pin, purl: PackageURL) -> Component:
    from cyclonedx.model.component import Component, ComponentType

    text = purl.to_string()
    return Component(
        name=purl.name,
        group=purl.namespace,
        version=pin.version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=text,
    )


def purl_of(pin: Pin) -> PackageURL:
    """Return the address of a package that every tool of the trade understands."""
    from packageurl import PackageURL

    group, _, name = pin.name.rpartition("/")
    return PackageURL(pin.ecosystem, group or None, name, pin.version)


def _references(artifacts: Iterable[Artifact]) -> Iterator[ExternalReference]:
    """Yield the files that may be installed, each with its digest."""
    from cyclonedx.model import (
        ExternalReference,
        ExternalReferenceType,
        HashAlgorithm,
        HashType,
        XsUri,
    )

    files: dict[str, list[HashType]] = defaultdict(list)
    for one in artifacts:
        if algorithm := _ALGORITHMS.get((one.algorithm.lower(), len(one.digest))):
            digest = HashType(alg=HashAlgorithm(algorithm), content=one.digest.lower())
            files[shown(one.name)].append(digest)
    kind = ExternalReferenceType.DISTRIBUTION
    for name, digests in files.items():
        yield ExternalReference(type=kind, url=XsUri(name), hashes=digests)


def _link(
    bom: Bom, whole: Component, pins: Iterable[Pin], components: Mapping[str, Component]
) -> None:
    """Say what asks for what; what nothing in its lock asks for, the project does."""
    known = list(pins)
    by_name: dict[tuple[str, str], set[str]] = defaultdict(set)
    for pin in known:
        by_name[pin.path, pin.name].add(purl_of(pin).to_string())
    asked: dict[str, set[str]] = defaultdict(set)
    for pin in known:
        parents = {one for name in pin.via for one in by_name.get((pin.path, name), ())}
        for parent in parents or {""}:
            asked[parent].add(purl_of(pin).to_string())
    for ref, component in {"": whole, **components}.items():
        bom.register_dependency(component, [components[child] for child in sorted(asked[ref])])


def _weaknesses(
    flaws: Iterable[Vulnerability], components: Mapping[str, Component]
) -> Iterator[Weakness]:
    from cyclonedx.model.vulnerability import BomTarget
    from cyclonedx.model.vulnerability import Vulnerability as Weakness

    found: dict[str, Weakness] = {}
    for flaw in flaws:
        pin = Pin(flaw.name, flaw.version, "", None, ecosystem=flaw.ecosystem)
        one = found.setdefault(
            flaw.id, Weakness(id=flaw.id, bom_ref=flaw.id, description=flaw.summary or None)
        )
        one.ratings.update(_ratings(flaw))
        one.affects.add(BomTarget(ref=components[purl_of(pin).to_string()].bom_ref.value or ""))
    yield from found.values()


def _ratings(flaw: Vulnerability) -> Iterator[object]:
    from cyclonedx.model.vulnerability import VulnerabilityRating, VulnerabilitySeverity

    if flaw.severity:
        score = Decimal(str(flaw.score)) if flaw.score is not None else None
        yield VulnerabilityRating(severity=VulnerabilitySeverity(flaw.severity), score=score)
