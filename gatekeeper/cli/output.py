"""Where a report goes: the options that every reporting command has, and the printing itself."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rich_click as click

from gatekeeper.cli.console import err, out
from gatekeeper.cli.options import FILE
from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.reports.interface import DEFAULT_WIDTH, Options
from gatekeeper.reports.registry import FORMATS
from gatekeeper.wiring.run import Answer


@dataclass(frozen=True, slots=True)
class Printing:
    """How to print.

    Attributes:
        format: a key of `FORMATS`.
        output: a file instead of standard output.
        quiet: nothing on standard error but refusals.
    """

    format: str
    output: Path | None
    quiet: bool


def options(command: Callable[..., int]) -> Callable[..., int]:
    """Add `--format`, `--output` and `--quiet`; the command gets them as `printing`."""

    @functools.wraps(command)
    def with_printing(**given: Any) -> int:
        printing = Printing(given.pop("format"), given.pop("output"), given.pop("quiet"))
        return command(**given, printing=printing)

    for option in (
        click.option("--quiet", is_flag=True, help="No progress."),
        click.option("--output", type=FILE, help="Write to this file."),
        click.option(
            "--format", type=click.Choice(list(FORMATS)), default="text", show_default=True
        ),
    ):
        with_printing = option(with_printing)
    return with_printing


def show(answer: Answer, printing: Printing) -> int:
    """Print the report and return the exit code that belongs to it."""
    text = FORMATS[printing.format].render(answer.report, _options(answer, printing))
    if printing.output is None:
        _print(text)
        return answer.report.exit_code
    _write(printing.output, text)
    if not printing.quiet:
        err.print(f"{answer.report.verdict.name}: written to {printing.output}", markup=False)
    return answer.report.exit_code


def write_text(text: str, file: Path | None) -> None:
    """Print a text, or write it to a file."""
    if file is None:
        _print(text)
    else:
        _write(file, text)


def _options(answer: Answer, printing: Printing) -> Options:
    if printing.output or not out.is_terminal:
        return Options(answer.catalog, DEFAULT_WIDTH)
    return Options(answer.catalog, out.width, color=not out.no_color)


def _print(text: str) -> None:
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = f"standard output cannot be written: {error.strerror}"
        raise EvidenceError(reason, "make room, or name a file with --output") from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        reason = f"cannot write {path}: {error.strerror}"
        raise UsageError(reason, "give --output a file that can be written") from None
