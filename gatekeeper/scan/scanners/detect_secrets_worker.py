"""Started as a process of its own: a folder on standard input, a line of JSON for each file.

All plugins of detect-secrets and none of its filters that a file can trigger: no `pragma`
comments, no file names or suffixes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_FILTERS = (
    "is_indirect_reference",
    "is_likely_id_string",
    "is_not_alphanumeric_string",
    "is_prefixed_with_dollar_sign",
    "is_sequential_string",
    "is_templated_secret",
)
_LONGEST = 100_000


def main() -> None:
    """Look at the files."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.settings import transient_settings

    root = Path(json.load(sys.stdin))
    known: dict[str, type] = get_mapping_from_secret_type_to_class()
    plugins = [{"name": plugin.__name__} for plugin in known.values()]
    filters = [{"path": f"detect_secrets.filters.heuristic.{name}"} for name in _FILTERS]
    with transient_settings({"plugins_used": plugins, "filters_used": filters}):
        for path in sorted(root.rglob("*")):
            if path.is_file():
                print(json.dumps(_look(root, path)), flush=True)  # noqa: T201 — its answer


def _look(root: Path, path: Path) -> dict[str, Any]:
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    found = [one for number, line in enumerate(lines, 1) for one in _secrets(line, number)]
    name = path.relative_to(root).as_posix()
    return {"path": name, "mark": lines[-2], "found": found}


def _secrets(line: str, number: int) -> list[dict[str, Any]]:
    from detect_secrets.core.scan import scan_line

    pieces = (line[start : start + _LONGEST] for start in range(0, len(line), _LONGEST))
    return [
        {"kind": one.type, "line": number, "value": one.secret_value or ""}
        for piece in pieces
        for one in scan_line(piece)
    ]


if __name__ == "__main__":
    main()
