"""The options of a requirements file, read as pip reads them.

pip takes several options on a line, abbreviated ones, and values that are quoted or joined to
their option: what is not read alike hides a file that pip would follow.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from optparse import OptionParser
from typing import NoReturn

from gatekeeper.scan.dependencies.locks.interface import UnreadableError

_FOLLOWED = (("-r", "--requirement"), ("-c", "--constraint"), ("-e", "--editable"))
# Of the index or the installer: they name no dependency.
_VALUED = (
    *(("-i", "--index-url", "--pypi-url"), ("--extra-index-url",), ("-f", "--find-links")),
    *(("--no-binary",), ("--only-binary",), ("--all-releases",), ("--only-final",)),
    *(("--trusted-host",), ("--use-feature",), ("--hash",), ("--global-option",)),
    ("-C", "--config-settings", "--config-setting"),
)
# Characters: splitting takes longer than in proportion.
_LONGEST = 10_000
_FLAGS = ("--no-index", "--prefer-binary", "--require-hashes", "--no-require-hashes", "--pre")


@dataclass(frozen=True, slots=True)
class Options:
    """What a line of options points to.

    Attributes:
        requirements: files to read as well.
        constraints: files that limit versions.
        editables: paths and addresses.
    """

    requirements: tuple[str, ...]
    constraints: tuple[str, ...]
    editables: tuple[str, ...]


class _Parser(OptionParser):
    def error(self, msg: str) -> NoReturn:
        raise UnreadableError(f"has an option that cannot be read: {msg}")


def parse(line: str) -> Options:
    """Read one logical line.

    Raises:
        UnreadableError: pip would refuse it, or pass over a part of it.
    """
    found, rest = _parser().parse_args(_words(line))
    if rest:
        raise UnreadableError("has text after its options, which pip passes over")
    return Options(*(tuple(getattr(found, name[2:]) or ()) for _, name in _FOLLOWED))


def _words(line: str) -> list[str]:
    if len(line) > _LONGEST:
        raise UnreadableError("has a line of options that is longer than one is")
    try:
        return shlex.split(line)
    except ValueError:
        raise UnreadableError("has an option with a quote that does not end") from None


def _parser() -> _Parser:
    parser = _Parser(add_help_option=False)
    for names in (*_FOLLOWED, *_VALUED):
        parser.add_option(*names, action="append")
    for name in _FLAGS:
        parser.add_option(name, action="store_true")
    return parser
