"""What README says is true: its help text, its policies, and every command line in it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from gatekeeper.cli import main
from gatekeeper.core.policy import parse_policy
from gatekeeper.wiring.gates import registry, schemas
from tests.conftest import ROOT

DOCS = [ROOT / "README.md", ROOT / "examples" / "storefront" / "README.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)


def blocks(language: str) -> list[tuple[Path, str]]:
    found = []
    for path in DOCS:
        found += [(path, b) for kind, b in BLOCK.findall(path.read_text()) if kind == language]
    return found


def command_lines() -> list[str]:
    lines = []
    for _, block in blocks("sh"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0].rpartition("/")[2] == "gatekeeper":
                lines.append(shlex.join(words[1:]))
    return lines


def test_the_help_text_in_the_readme_is_what_is_printed() -> None:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "80"}
    command = [sys.executable, "-m", "gatekeeper.cli.main", "--help"]
    printed = subprocess.run(command, capture_output=True, text=True, env=environment).stdout
    shown = next(b for _, b in blocks("text") if b.startswith("$ gatekeeper --help"))
    assert shown.split()[3:] == printed.split()


@pytest.mark.parametrize("block", [b for _, b in blocks("yaml") if "version: 1" in b])
def test_every_policy_in_the_docs_holds(block: str) -> None:
    assert parse_policy(block, "README.md", schemas()).stages


@pytest.mark.parametrize("line", command_lines())
def test_every_command_line_in_the_docs_parses(line: str) -> None:
    name, *arguments = shlex.split(line)
    if name.startswith("-"):
        return
    module, _, attribute = main.COMMANDS[name][0].partition(":")
    command: click.Command = getattr(import_module(module), attribute)
    context = command.make_context(name, arguments, resilient_parsing=False)
    if isinstance(command, click.Group):
        _, inner, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert inner is not None
        inner.make_context(inner.name, rest, parent=context)


def test_the_quick_start_is_exactly_two_commands() -> None:
    text = DOCS[0].read_text()
    start = text[text.index("## Quick start") :]
    assert BLOCK.search(start)[2].split() == ["scripts/demo", "scripts/test"]  # type: ignore[index]


def test_every_gate_is_in_the_readme() -> None:
    text = DOCS[0].read_text()
    for name, gate in registry().items():
        assert f"| `{name}` | {gate.question} |" in text, (name, gate.question)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_file_that_the_docs_name_is_there(name: str) -> None:
    text = (ROOT / name).read_text()
    in_this_tree = r"(?:gatekeeper|rules|tests|scripts|examples|\.github)/[\w./-]*\w"
    named = set(re.findall(rf"`({in_this_tree})`", text))
    assert named
    assert not {path for path in named if not (ROOT / path).exists()}
