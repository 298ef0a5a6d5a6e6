"""Which files the policy leaves out; the report tells of each pattern how many that were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatekeeper.scan.dependencies.facts import Excluded

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from gatekeeper.scan.code.settings import Exclusion


@dataclass(frozen=True, slots=True)
class Exclusions:
    """The patterns of a policy, each with its exclusion."""

    patterns: Sequence[tuple[GitIgnoreSpec, Exclusion]]

    def leave_out(self, path: str) -> bool:
        """True for a file that one of the patterns matches."""
        return any(spec.match_file(path) for spec, _ in self.patterns)

    def counted(self, paths: Iterable[str]) -> tuple[Excluded, ...]:
        """Return for each pattern how many of these files it leaves out."""
        known = list(paths)
        return tuple(
            Excluded(one.path, one.reason, sum(map(spec.match_file, known)))
            for spec, one in self.patterns
        )


def of(policy: Iterable[Exclusion]) -> Exclusions:
    """Return the exclusions of a policy, ready to be asked."""
    from pathspec import GitIgnoreSpec

    return Exclusions([(GitIgnoreSpec.from_lines([one.path]), one) for one in policy])
