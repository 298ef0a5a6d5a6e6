"""What a scanner is to the code gate."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gatekeeper.scan.code.facts import ScannerRun

if TYPE_CHECKING:
    from gatekeeper.scan.interpreters import Interpreter

LATE = "it did not finish in the time that was left"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to look at.

    Attributes:
        path: relative to the root, with `/`.
        language: e.g. `python`.
        digest: SHA-256 of its content, hex.
    """

    path: str
    language: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What a scanner is given.

    Attributes:
        root: absolute; the tree under judgement, which may be hostile.
        paths: the files that it wants, relative.
        rules: the folder of rules that gatekeeper ships.
        cache: a folder for what can be computed again; may not exist yet.
        deadline: on the monotonic clock, seconds.
        python: the one that reads Python code; None for the one that runs gatekeeper.
    """

    root: Path
    paths: tuple[str, ...]
    rules: Path
    cache: Path
    deadline: float
    python: Interpreter | None = None

    def seconds_left(self) -> float:
        """Return the time that is left."""
        return self.deadline - time.monotonic()


@dataclass(frozen=True, slots=True)
class Engine:
    """What a scanner's answer depends on besides the file: its path and its content.

    Attributes:
        version: of the tool.
        runtime: what the coverage depends on besides, e.g. `Python 3.13`; may be empty.
        identity: all of it: tool, version, flags, digest of the rules, interpreter.
    """

    version: str
    runtime: str
    identity: str


class Scanner(Protocol):
    """A tool that judges each file for itself: its answer depends on nothing of another file."""

    @property
    def name(self) -> str:
        """As written in policies."""

    def wants(self, file: SourceFile) -> bool:
        """True when this scanner must look at the file."""

    def engine(self, task: Task) -> Engine:
        """Return what the answers to this task will depend on.

        Raises:
            ToolError: the tool or its rules are missing.
        """

    def scan(self, task: Task) -> ScannerRun:
        """Look at the files.

        Raises:
            ToolError: the tool is missing, crashed, or answered nonsense.
        """


@dataclass(slots=True)
class Contexts:
    """Digests of the code at a place, so that a finding keeps its name when lines move."""

    root: Path
    _lines: dict[str, list[bytes]] = field(default_factory=dict)

    def digest(self, path: str, line: int, end_line: int) -> str:
        """Return 16 hex digits for the lines from `line` to `end_line`, white space normalised."""
        if path not in self._lines:
            self._lines = {path: (self.root / path).read_bytes().splitlines()}
        code = b" ".join(b" ".join(self._lines[path][line - 1 : end_line]).split())
        return hashlib.sha256(code).hexdigest()[:16]


def last_line(said: str) -> str:
    """Return the last line of what a tool said: of a traceback the one that tells what happened."""
    return in_words(said.strip().rpartition("\n")[2])


def in_words(text: str) -> str:
    """Return text from a tool or a scanned file with its control characters written out."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text.strip())
