"""Runs a tool: bounded in time, in an environment of its own, never through a shell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gatekeeper import children
from gatekeeper.core.errors import ToolError

_SAID = 300
# Seconds for the pipes of an ended tool to close: something that left its group may hold them.
_LAST_WORDS = 5.0


@dataclass(frozen=True, slots=True)
class Completed:
    """What a tool left behind.

    Attributes:
        status: its exit status; negative when a signal ended it.
        output: standard output.
        said: the end of standard error, as text.
    """

    status: int
    output: bytes
    said: str


class OutOfTimeError(ToolError):
    """A tool was ended at its deadline; `output` is what it had written by then."""

    def __init__(self, tool: str, output: bytes = b"") -> None:
        super().__init__(
            f"{tool} did not finish in the time that was left",
            "give the gate more time, or exclude what need not be scanned, with a reason",
        )
        self.output = output


def python(*arguments: str) -> list[str]:
    """Return a command line for this interpreter.

    `-I` keeps the working folder and PYTHON* variables out of it: a scanned tree that brings a
    `json.py` is never imported.
    """
    return [sys.executable, "-I", *arguments]


def require(tool: str, installed: object) -> None:
    """Refuse a tool of which nothing is installed. Raises ToolError."""
    if not installed:
        step = f"install gatekeeper again: it brings {tool}"
        raise ToolError(f"{tool} is not installed", step)


def cores() -> int:
    """Return how many processes can really run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2


def run(
    tool: str,
    command: Sequence[str],
    *,
    timeout: float,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> Completed:
    """Run a command to its end, in an empty working folder and with an empty home.

    Args:
        tool: its name, for messages.
        command: program and arguments.
        timeout: seconds; the whole process group ends with it. Nothing is started without any.
        stdin: what it reads.
        environment: variables besides the harmless ones; nothing is inherited, so that no
            variable of the caller or of a CI job can reconfigure a scanner.

    Raises:
        OutOfTimeError: it took too long.
        ToolError: it could not be started.
    """
    if timeout <= 0:
        raise OutOfTimeError(tool)
    with tempfile.TemporaryDirectory(prefix="gatekeeper-", ignore_cleanup_errors=True) as home:
        process = _start(tool, command, {**_environment(home), **(environment or {})})
        try:
            output, errors = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise OutOfTimeError(tool, _end(process)) from None
        finally:
            _end(process)
    said = errors.decode("utf-8", "backslashreplace").strip()[-_SAID:]
    return Completed(process.returncode, output, said)


def _start(
    tool: str, command: Sequence[str], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(
            [*command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=environment["HOME"],
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        reason = f"{tool} could not be started: {error.strerror}"
        raise ToolError(reason, f"install gatekeeper again: {tool} belongs to it") from None
    children.adopt(process.pid)
    return process


def _environment(home: str) -> dict[str, str]:
    beside = str(Path(sys.executable).parent)
    return {
        "PATH": os.pathsep.join((beside, os.defpath)),
        "HOME": home,
        "LANG": "C.UTF-8",
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "1",
    }


def _end(process: subprocess.Popen[bytes]) -> bytes:
    """End the tool and whatever it started; return what it had written."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    children.release(process.pid)
    with suppress(subprocess.TimeoutExpired):
        return process.communicate(timeout=_LAST_WORDS)[0]
    return b""
