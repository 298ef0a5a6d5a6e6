"""detect-secrets, where kingfisher does not run: fewer formats, and no decoding."""

from __future__ import annotations

import json
from importlib.metadata import version
from importlib.util import find_spec

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.scanners.answers import Answer, read
from gatekeeper.scan.secrets.sighting import Look, Seen, Sighting

NAME = "detect-secrets"


class _Found(Answer):
    kind: str
    line: int
    value: str


class _File(Answer):
    """The line of one file; there is none for a file that was not looked at to its end."""

    path: str
    mark: str
    found: tuple[_Found, ...]


def installed() -> bool:
    """True when detect-secrets is here."""
    return find_spec("detect_secrets") is not None


def version_here() -> str:
    """Return its version."""
    return version(NAME)


def scan(look: Look) -> Seen:
    """Look at every file of the folder.

    Raises:
        ToolError: it is missing, broke down, or did not finish.
    """
    processes.require(NAME, installed())
    done = processes.run(
        NAME,
        processes.python("-m", "gatekeeper.scan.scanners.detect_secrets_worker"),
        timeout=look.seconds,
        stdin=json.dumps(str(look.folder)).encode(),
    )
    answers = [read(_File, line) for line in done.output.splitlines()]
    files = list(filter(None, answers))
    if done.status or len(files) < len(answers):
        reason = f"{NAME} broke down (exit status {done.status})"
        raise ToolError(reason, "run it by hand on these files to see why")
    looked = frozenset(file.path for file in files if file.mark == look.mark)
    sightings = (
        Sighting(file.path, found.kind, found.line, None, found.value)
        for file in files
        for found in file.found
        if found.value not in look.mark
    )
    return Seen(version_here(), looked, tuple(sightings))
