"""The entry point: finds the command, and turns whatever goes wrong into an exit code."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

import rich_click as click
from click.exceptions import Exit

from gatekeeper import __version__, children

# Listed here, so that `--help` need not import the commands themselves.
COMMANDS = {
    "check": ("gatekeeper.cli.check:check", "May this change go on? Judge it."),
    "audit": ("gatekeeper.cli.audit:audit", "Every commit of a release: pull request, verdict."),
    "replay": ("gatekeeper.cli.replay:replay", "Judge a recorded bundle again, offline."),
    "feature": ("gatekeeper.cli.feature:feature", "Take a feature through its phases, or back."),
    "staging": ("gatekeeper.cli.staging:staging", "Fingerprint production, verify staging."),
    "advisories": ("gatekeeper.cli.advisories:advisories", "The local database of advisories."),
    "sbom": ("gatekeeper.cli.sbom:sbom", "What a project is made of, as CycloneDX."),
    "baseline": ("gatekeeper.cli.baseline:baseline", "Findings that were there before."),
    "waive": ("gatekeeper.cli.waive:waive", "Accept a finding for a time, by name and reason."),
    "fix": ("gatekeeper.cli.fix:fix", "Mend what findings know how to mend."),
    "explain": ("gatekeeper.cli.explain:explain", "What a rule means, why it matters, its fix."),
    "rules": ("gatekeeper.cli.rules:rules", "The catalog of rules."),
    "schema": ("gatekeeper.cli.schema:schema", "JSON Schema of the policy, report or evidence."),
}
EXIT_CODES = """\
Exit codes: 0 pass · 1 a gate failed · 2 usage or policy wrong · 3 could not evaluate ·
4 not authorised · 8 pending."""
COULD_NOT_EVALUATE = 3
INTERRUPTED = 130
TERMINATED = 143
# Seconds that a worker gets to tidy up after its tool was ended.
_LAST_WORDS = 0.5


class Lazy(click.RichGroup):
    """A group whose commands are imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 — click's signature
        """Return the names, in the order of use."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 — click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Return a stand-in that is enough for the listing."""
        entry = COMMANDS.get(cmd_name)
        return click.RichCommand(name=cmd_name, help=entry[1]) if entry else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Import the command that is to run; a wrong name gets "did you mean"."""
        name = args[0]
        if name not in COMMANDS:
            from gatekeeper.core.hints import did_you_mean

            ctx.fail(f"no such command `{name}`; {did_you_mean(name, COMMANDS)}")
        module, _, attribute = COMMANDS[name][0].partition(":")
        return name, getattr(import_module(module), attribute), args[1:]


@click.group(cls=Lazy, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gatekeeper")
def cli() -> None:
    """May this change go on? gatekeeper answers with evidence."""


def main() -> None:
    """Run the command line and end the process with the exit code of the contract."""
    _open_streams()
    signal.signal(signal.SIGTERM, _terminated)
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    children.end_all()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(_LAST_WORDS)
    # A gate that outlived its deadline may still hold a thread; the verdict has been printed.
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line and return the exit code; nothing escapes."""
    try:
        return int(cli.main(arguments, "gatekeeper", standalone_mode=False) or 0)
    except (Exit, click.Abort, KeyboardInterrupt, SystemExit) as end:
        return _ended(end)
    except Exception as error:  # noqa: BLE001 — the outermost: whatever it is, it is no pass
        return _refuse(error)


def _ended(end: BaseException) -> int:
    """Return the exit code of a run that was ended on purpose."""
    if isinstance(end, Exit):
        return end.exit_code
    if isinstance(end, SystemExit):
        return _say("terminated", "", TERMINATED)
    return _say("interrupted", "", INTERRUPTED)


def _open_streams() -> None:
    """Give a closed standard stream somewhere to go, so that writing to it is no crash."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 — kept open
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 — kept open


def _terminated(*_: object) -> None:
    raise SystemExit(TERMINATED)


def _refuse(error: Exception) -> int:
    from gatekeeper.core.errors import GatekeeperError, PolicyError

    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        return COULD_NOT_EVALUATE  # whoever read our output went away: nobody has seen a verdict
    if isinstance(error, PolicyError):
        return _list(error.problems, error.next_step, error.exit_code)
    if isinstance(error, GatekeeperError):
        return _say(error.reason, error.next_step, error.exit_code)
    from gatekeeper.evidence.attempts import failure_of

    failure = failure_of(error, str)
    return _say(failure.reason, failure.next_step, COULD_NOT_EVALUATE)


def _list(problems: Sequence[object], next_step: str, code: int) -> int:
    """Say each problem on a line of its own that begins with its place, as editors expect."""
    from gatekeeper.cli.console import err
    from gatekeeper.reports.escape import visible

    for problem in problems:
        err.print(visible(str(problem)), markup=False, soft_wrap=True)
    count = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
    return _say(f"{count}, so nothing was done", next_step, code)


def _say(reason: str, next_step: str, code: int) -> int:
    from gatekeeper.cli.console import err
    from gatekeeper.reports.escape import visible

    err.print("[bold red]gatekeeper:[/] ", end="")
    err.print(visible(reason), markup=False, soft_wrap=True)
    if next_step:
        err.print("[bold]next:[/] ", end="")
        err.print(visible(next_step), markup=False, soft_wrap=True)
    return code


if __name__ == "__main__":
    main()
