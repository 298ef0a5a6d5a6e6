"""Where in a text the data stands decides whether it can do harm there."""

from __future__ import annotations

import re
from collections.abc import Callable

from gatekeeper.scan.flow.values import Origin

_LOCAL_PATH = re.compile(r"^/[^/\\]")
_WITH_HOST = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#\\]+[/?#]")


def _redirect(origin: Origin) -> bool:
    """The site is constant, or it begins with a path of this site."""
    before = origin.before
    return origin.anchored and bool(_LOCAL_PATH.match(before) or _WITH_HOST.match(before))


def _ssrf(origin: Origin) -> bool:
    """Scheme and host are constant."""
    return origin.anchored and bool(_WITH_HOST.match(origin.before))


def _quoted(origin: Origin) -> bool:
    """It stands within quotes that it surely does not hold."""
    quote = _open_quote(origin.within)
    return bool(quote) and f"no {quote}" in origin.clean


def _open_quote(before: str) -> str:
    opened = ""
    for char in before:
        if opened:
            opened = "" if char == opened else opened
        elif char in "'\"":
            opened = char
    return opened


def _path(origin: Origin) -> bool:
    """No separator can be in it."""
    return {"no /", "no \\"} <= origin.clean or "no /" in origin.clean


def _shell_quoted(origin: Origin) -> bool:
    """What shlex.quote made is harmless, unless it stands within quotes again."""
    return "cmd" in origin.clean and not _open_quote(origin.within)


def _log(origin: Origin) -> bool:
    return "no \n" in origin.clean


def _markup(origin: Origin) -> bool:
    """Without `<` no tag begins; outside of tags nothing else does harm."""
    inside = origin.before.rfind("<") > origin.before.rfind(">")
    return "no <" in origin.clean and not inside and origin.anchored


ALIKE = {"sqltext": "sql", "cmdtext": "cmd", "shell": "cmd", "html": "xss", "pathjoin": "path"}
"""Suspicions, and the weakness whose harm they would do."""
HARMLESS_HERE: dict[str, Callable[[Origin], bool]] = {
    "redirect": _redirect,
    "ssrf": _ssrf,
    "xpath": _quoted,
    "path": _path,
    "log": _log,
    "xss": _markup,
}


def _made_absolute(origin: Origin) -> bool:
    """A slash before a path makes it a host: `//evil.example`."""
    return bool(origin.before) and not _redirect(origin)


HARMFUL_HERE: dict[str, Callable[[Origin], bool]] = {
    "cmd": lambda origin: not _shell_quoted(origin),
    "redirect": _made_absolute,
}
