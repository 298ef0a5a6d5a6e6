"""Kinds of option that are the same in every command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click


class Text(click.ParamType[Any]):
    """A text that is not empty: `--stage "$STAGE"` with nothing in it is a mistake."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what is empty."""
        if not str(value).strip():
            self.fail("must not be empty", param, ctx)
        return str(value)


class File(Text):
    """A path that is not empty: an empty one would be the current folder."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what is empty."""
        return Path(super().convert(value, param, ctx))


TEXT = Text()
FILE = File()
