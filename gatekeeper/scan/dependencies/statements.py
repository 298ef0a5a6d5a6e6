"""Which findings a VEX statement accepts. Pure.

A statement counts when it speaks of this vulnerability in this package, says that it does not
affect the product (and why) or that it is fixed, names who says so, and is young enough. The
youngest statement on a vulnerability counts, so that `affected` takes `not_affected` back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from gatekeeper.core.fields import format_duration
from gatekeeper.core.model import Finding, Waiver
from gatekeeper.scan.dependencies.database.ecosystems import ECOSYSTEMS
from gatekeeper.scan.dependencies.facts import Pin, Statement, Vulnerability
from gatekeeper.scan.dependencies.settings import DependencySettings

if TYPE_CHECKING:
    from packageurl import PackageURL


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding, with the pin and the weakness that it tells of."""

    finding: Finding
    pin: Pin
    flaw: Vulnerability


@dataclass(frozen=True, slots=True)
class Vex:
    """Every statement, and what it needs to be judged.

    Attributes:
        statements: of the files that the policy names.
        own: names of the projects of the tree, and of its repository (`owner/name`).
        settings: of the gate.
        now: the time of judgement.
    """

    statements: Sequence[Statement]
    own: Collection[str]
    settings: DependencySettings
    now: datetime

    def waivers(self, found: Iterable[Accepted]) -> Iterator[Waiver]:
        """Yield a waiver for each finding that a statement accepts."""
        for one in found:
            about = [said for said in self.statements if self._speaks_of(said, one)]
            last = max(about, key=attrgetter("at"), default=None)
            if last and all(self._accepts(said) for said in about if said.at == last.at):
                yield self._waiver(one.finding, last)

    def unheard(self, found: Sequence[Accepted]) -> Iterator[str]:
        """Yield a line for each statement that accepts nothing, with the reason."""
        for said in self.statements:
            if reason := self._refusal(said) or self._pointless(said, found):
                ids = "/".join(said.vulnerabilities)
                yield f"VEX {said.path}: `{said.status}` on {ids} is not honoured: {reason}"

    def _speaks_of(self, said: Statement, one: Accepted) -> bool:
        known = {one.flaw.id, *one.flaw.aliases}
        return not known.isdisjoint(said.vulnerabilities) and self._means(said, one.pin)

    def _means(self, said: Statement, pin: Pin) -> bool:
        """True for a statement on the package, on it inside our product, or on all of that."""
        ours = any(map(self._is_ours, said.products))
        if said.components:
            return ours and any(is_package(purl, pin) for purl in said.components)
        return ours or any(is_package(purl, pin) for purl in said.products)

    def _is_ours(self, purl: str) -> bool:
        return _is_named(purl, {name.casefold() for name in self.own})

    def _accepts(self, said: Statement) -> bool:
        return not self._refusal(said)

    def _refusal(self, said: Statement) -> str:
        """Return why a statement cannot accept anything; empty when it can."""
        age = self.now - said.at
        if said.status not in {"not_affected", "fixed"}:
            return "it accepts nothing"
        if said.status == "not_affected" and not said.justified:
            return "it gives no justification"
        if said.at > self.now:
            return "it is dated in the future"
        if age > self.settings.vex_max_age:
            limit = format_duration(self.settings.vex_max_age)
            return f"it is {format_duration(age)} old; the policy allows {limit}"
        return ""

    def _pointless(self, said: Statement, found: Sequence[Accepted]) -> str:
        if any(self._speaks_of(said, one) for one in found):
            return ""
        return "nothing that was found is of this vulnerability in these products"

    def _waiver(self, finding: Finding, said: Statement) -> Waiver:
        told = f"{said.status}: {said.why}" if said.why else said.status
        expires = (said.at + self.settings.vex_max_age).date()
        return Waiver(
            finding.fingerprint, told, said.author, expires, source=f"OpenVEX {said.path}"
        )


def is_package(purl: str, pin: Pin) -> bool:
    """True for the purl of a pinned package, in its version or in none."""
    found = _parsed(purl)
    if found is None or found.type != pin.ecosystem:
        return False
    name = ECOSYSTEMS[pin.ecosystem].names(_whole_name(found))
    return name == pin.name and found.version in {None, pin.version}


def _is_named(purl: str, names: Collection[str]) -> bool:
    """True for the purl of one of our own products, of whatever kind and version."""
    found = _parsed(purl)
    return found is not None and _whole_name(found).casefold() in names


def _parsed(purl: str) -> PackageURL | None:
    from packageurl import PackageURL

    try:
        return PackageURL.from_string(purl)
    except ValueError:
        return None


def _whole_name(found: PackageURL) -> str:
    return f"{found.namespace}/{found.name}" if found.namespace else found.name
