"""What was seen at the calls that matter, in every way that leads to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from gatekeeper.scan.flow.values import Kind, Origin

Span = tuple[int, int, int]
"""First line, column (0-based), last line."""


@dataclass(slots=True)
class Seen:
    """One call and one weakness.

    Attributes:
        worst: the least trusted data that reached it and could cause the weakness.
        origins: the data of that kind.
        reasons: why the data was harmless whenever it was.
    """

    worst: Kind = Kind.SAFE
    origins: set[Origin] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Record:
    """See the module.

    Attributes:
        calls: by place and weakness.
        unreached: statements that no run gets to, with the reason.
        quiet: above 0 while nothing is to be written down.
    """

    calls: dict[tuple[Span, str], Seen] = field(default_factory=lambda: defaultdict(Seen))
    unreached: dict[tuple[int, int], str] = field(default_factory=dict)
    reached: set[int] = field(default_factory=set)
    quiet: int = 0

    def note(self, span: Span, weakness: str, origins: Iterable[Origin], reason: str) -> None:
        """Write down what reached a call."""
        if self.quiet:
            return
        seen = self.calls[span, weakness]
        harmful = [o for o in origins if o.kind is not Kind.SAFE]
        worst = max((o.kind for o in harmful), default=Kind.SAFE)
        if worst > seen.worst:
            seen.worst, seen.origins = worst, set()
        seen.origins.update(o for o in harmful if o.kind is seen.worst)
        if worst is Kind.SAFE:
            seen.reasons.add(reason)

    def leave_out(self, first: int, last: int, reason: str) -> None:
        """Write down that no run gets to some lines, as far as was seen yet."""
        if not self.quiet:
            self.unreached.setdefault((first, last), reason)
