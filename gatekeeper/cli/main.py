"""The entry point: finds the command, and turns whatever goes wrong into an exit code."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import rich_click as click
from click.exceptions import Exit

from gatekeeper import __version__

# Listed here, so that `--help` need not import the commands themselves.
COMMANDS = {
    "check": ("gatekeeper.cli.check:check", "May this change go on? Judge it."),
    "replay": ("gatekeeper.cli.replay:replay", "Judge a recorded bundle again, offline."),
    "feature": ("gatekeeper.cli.feature:feature", "Take a feature through its phases, or back."),
    "explain": ("gatekeeper.cli.explain:explain", "What a rule means, why it matters, its fix."),
    "rules": ("gatekeeper.cli.rules:rules", "The catalog of rules."),
    "schema": ("gatekeeper.cli.schema:schema", "JSON Schema of the policy, report or evidence."),
}
EXIT_CODES = """\
Exit codes: 0 pass · 1 a gate failed · 2 usage or policy wrong · 3 could not evaluate ·
4 not authorised · 8 pending."""
COULD_NOT_EVALUATE = 3
INTERRUPTED = 130


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
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # A gate that outlived its deadline may still hold a thread; the verdict has been printed.
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line and return the exit code; nothing escapes."""
    try:
        return int(cli.main(arguments, "gatekeeper", standalone_mode=False) or 0)
    except Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _say("interrupted", "", INTERRUPTED)
    except Exception as error:  # noqa: BLE001 — the outermost: whatever it is, it is no pass
        return _refuse(error)


def _refuse(error: Exception) -> int:
    from gatekeeper.core.errors import GatekeeperError

    if isinstance(error, GatekeeperError):
        return _say(error.reason, error.next_step, error.exit_code)
    from gatekeeper.evidence.attempts import failure_of

    failure = failure_of(error, str)
    return _say(failure.reason, failure.next_step, COULD_NOT_EVALUATE)


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
