"""The path patterns of CODEOWNERS, matched as GitHub does. Pure.

They look like gitignore's and differ: no `!`, no `[ ]`, and `docs/*` is the files of one folder,
not what lies below them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

_NOTHING = r"(?!)"
_ANY_FOLDERS = r"(?:[^/]+/)*"


def is_supported(pattern: str) -> bool:
    """Whether GitHub takes this for a pattern: it skips a line with any other."""
    return not pattern.startswith("!") and not re.search(r"(?<!\\)[\[\]]", pattern)


def matches(pattern: str, path: str) -> bool:
    """Whether a supported pattern covers a path (relative to the root, with `/`)."""
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    inner = pattern.strip("/")
    steps = inner.split("/") if inner else []
    anchored = "/" in pattern.rstrip("/")
    steps = steps if anchored else ["**", *steps]
    return re.compile("".join(_steps(steps)) + _end(pattern, steps), re.DOTALL)


def _steps(steps: Sequence[str]) -> Iterator[str]:
    """Yield the expression of each folder on the way, and of the last name."""
    for step in steps[:-1]:
        yield _ANY_FOLDERS if step == "**" else f"{_name(step)}/"
    for last in steps[-1:]:
        yield ".+" if last == "**" else _name(last)


def _end(pattern: str, steps: Sequence[str]) -> str:
    # must be a folder: what lies in it is meant
    if pattern.endswith("/"):
        return "/.+" if steps else _NOTHING
    # must lie directly in that folder
    if pattern.endswith("/*"):
        return ""
    return "(?:/.+)?"


def _name(step: str) -> str:
    """Return the expression of one name: `*` and `?` stand for anything but a slash."""
    parts = re.findall(r"\\.|.", step, re.DOTALL)
    return "".join(_SIGNS.get(part, re.escape(part.removeprefix("\\") or part)) for part in parts)


_SIGNS = {"*": "[^/]*", "?": "[^/]"}
