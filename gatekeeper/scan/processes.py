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

from gatekeeper.core.errors import ToolError

_SAID = 300


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


def python(*arguments: str) -> list[str]:
    """Return a command line for this interpreter.

    `-I` keeps the working folder and PYTHON* variables out of it: a scanned tree that brings a
    `json.py` is never imported.
    """
    return [sys.executable, "-I", *arguments]


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
        timeout: seconds; the whole process group ends with it.
        stdin: what it reads.
        environment: variables besides the harmless ones; nothing is inherited, so that no
            variable of the caller or of a CI job can reconfigure a scanner.

    Raises:
        ToolError: it could not be started, or took too long.
    """
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as home:
        try:
            process = subprocess.Popen(
                [*command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=home,
                env={**_environment(home), **(environment or {})},
                start_new_session=True,
            )
        except OSError as error:
            reason = f"{tool} could not be started: {error.strerror}"
            raise ToolError(reason, f"install gatekeeper again: {tool} belongs to it") from None
        try:
            output, errors = process.communicate(stdin, timeout=max(timeout, 0.1))
        except subprocess.TimeoutExpired:
            reason = f"{tool} did not finish within {timeout:.0f} s"
            step = "give the gate more time, or exclude what need not be scanned, with a reason"
            raise ToolError(reason, step) from None
        finally:
            _end(process)
    said = errors.decode("utf-8", "backslashreplace").strip()[-_SAID:]
    return Completed(process.returncode, output, said)


def _environment(home: str) -> dict[str, str]:
    beside = str(Path(sys.executable).parent)
    return {
        "PATH": os.pathsep.join((beside, os.defpath)),
        "HOME": home,
        "LANG": "C.UTF-8",
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "1",
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the tool and whatever it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
