"""What a report format is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.model import Report

DEFAULT_WIDTH = 100
MIN_WIDTH = 40


@dataclass(frozen=True, slots=True)
class Options:
    """What a format may use besides the report.

    Attributes:
        catalog: explains the rules that findings cite.
        width: columns, for formats that have them; a terminal's own, else 100.
        color: True to colour, for formats that can.
        max_bytes: the room there is (UTF-8), for formats that can shorten themselves.
    """

    catalog: Catalog
    width: int = DEFAULT_WIDTH
    color: bool = False
    max_bytes: int = 60_000


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a report down.

    Attributes:
        description: for `--help`, a few words.
        suffix: of files that hold it, without the dot.
        render: pure; the same report and options always give the same text. Ends with a newline.
    """

    description: str
    suffix: str
    render: Callable[[Report, Options], str]
