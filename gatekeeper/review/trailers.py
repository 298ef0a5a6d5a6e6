"""Co-authors from commit messages: a line scan, because it finds more than git's own parser.

git reads trailers in the last paragraph only; a squash strings several messages together and
leaves earlier ones in the middle. A line too many can only add a contributor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, starmap

_KEY = r"[ \t>*-]*co[-_ ]?authored[-_ ]?by[ \t]*[:=]"
# the rest of the line, and indented lines below it, which git reads as its continuation
_LINE = re.compile(rf"^{_KEY}(.*)((?:\n[ \t]+(?!{_KEY})\S.*)*)$", re.I | re.M)
_ADDRESS = re.compile(r"(?<![^\s<>,;()\"])[^\s<>,;()\"]+@[^\s<>,;()\"]+")
_AROUND = " \t<>,;&"


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
    found = _LINE.findall(message.replace("\r\n", "\n").replace("\r", "\n"))
    return tuple(dict.fromkeys(chain.from_iterable(starmap(_named, found))))


def _named(line: str, continued: str) -> Iterator[Trailer]:
    """Yield everybody whom one trailer names: people write several into one."""
    if not _ADDRESS.search(line):
        line = " ".join(f"{line}{continued}".split())
    start = 0
    for address in _ADDRESS.finditer(line):
        name = line[start : address.start()].strip(_AROUND)
        yield Trailer(name, address[0].casefold())
        start = address.end()
    if not start and line:
        yield Trailer(line, None)
