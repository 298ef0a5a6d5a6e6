"""Co-authors from commit messages: a line scan, because it finds more than git's own parser.

git reads trailers in the last paragraph only; a squash strings several messages together and
leaves earlier ones in the middle. A line too many can only add a contributor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(r"^[ \t>*-]*co[-_ ]?authored[-_ ]?by[ \t]*[:=][ \t]*(.*)$", re.I | re.M)
_ADDRESS = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>|(?:^|\s)([^<>\s]+@[^<>\s]+)\s*$")


@dataclass(frozen=True, slots=True)
class Trailer:
    """A co-author as written.

    Attributes:
        name: without the address; may be empty.
        email: lower case, or None when the line has no address.
    """

    name: str
    email: str | None


def co_authors(message: str) -> tuple[Trailer, ...]:
    """Return every co-author that the message names, in any spelling, each once."""
    lines = _LINE.findall(message.replace("\r", "\n"))
    return tuple(dict.fromkeys(_trailer(line.strip()) for line in lines if line.strip()))


def _trailer(line: str) -> Trailer:
    found = _ADDRESS.search(line)
    if found is None:
        return Trailer(line, None)
    email = found[1] or found[2]
    return Trailer(line[: found.start()].strip(), email.casefold())
