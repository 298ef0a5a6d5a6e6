"""Enters a waiver into the text of a policy, and leaves every other character as it is."""

from __future__ import annotations

import json

import yaml

from gatekeeper.core.errors import UsageError
from gatekeeper.core.model import Waiver

_BY_HAND = "enter the waiver by hand"


def enter(text: str, waiver: Waiver, note: str) -> str:
    """Return the policy's text with one waiver more, comments and line ends kept.

    Args:
        text: of a policy that is valid.
        waiver: with an expiry.
        note: the rule and the place, for the next reader; may be empty.

    Raises:
        UsageError: `waivers:` is written in a way that cannot be added to.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    key, value = _waivers(text)
    if key is None or value is None:
        lines += _entry(waiver, note, "  ", end, first=f"waivers:{end}")
    elif not value.value:
        _require_one_line(key, value)
        at = key.start_mark.line
        lines[at] = _emptied(lines[at], end)
        lines[at + 1 : at + 1] = _entry(waiver, note, "  ", end)
    else:
        at, indent = _after(value)
        lines[at:at] = _entry(waiver, note, indent, end)
    return "".join(lines)


def _waivers(text: str) -> tuple[yaml.Node, yaml.Node] | tuple[None, None]:
    """Return the nodes of the key `waivers` and of its value."""
    document = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = document.value if isinstance(document, yaml.MappingNode) else []
    if isinstance(document, yaml.MappingNode) and document.flow_style:
        raise UsageError("the policy is written in braces, on one level", _BY_HAND)
    return next(((key, value) for key, value in pairs if key.value == "waivers"), (None, None))


def _require_one_line(key: yaml.Node, value: yaml.Node) -> None:
    if key.start_mark.line != value.end_mark.line:
        raise UsageError("`waivers:` and its empty list stand on several lines", _BY_HAND)


def _emptied(line: str, end: str) -> str:
    """Return `waivers:` without its empty value, with the comment behind it."""
    before, found, comment = line.rstrip("\r\n").partition("#")
    name = before.partition(":")[0]
    return f"{name}:{f'  {found}{comment}' if found else ''}{end}"


def _after(value: yaml.Node) -> tuple[int, str]:
    """Return the number of the line after the last entry (from 0) and the entries' indentation."""
    if not isinstance(value, yaml.SequenceNode) or value.flow_style:
        raise UsageError("`waivers:` is a list in brackets", f"{_BY_HAND}, or put each on a line")
    last = value.value[-1]
    while last.value and isinstance(last, yaml.CollectionNode) and not last.flow_style:
        child = last.value[-1]
        last = child[1] if isinstance(child, tuple) else child
    mark = last.end_mark
    return mark.line + (mark.column > 0), " " * value.start_mark.column


def _entry(waiver: Waiver, note: str, indent: str, end: str, first: str = "") -> list[str]:
    values = {
        "fingerprint": json.dumps(waiver.fingerprint),
        "reason": json.dumps(waiver.reason, ensure_ascii=False),
        "approved_by": json.dumps(waiver.approved_by, ensure_ascii=False),
        "expires": str(waiver.expires),
        **({"note": json.dumps(note, ensure_ascii=False)} if note else {}),
    }
    body = [f"{name}: {value}{end}" for name, value in values.items()]
    dash, more = f"{indent}- ", f"{indent}  "
    return [*filter(None, [first]), dash + body[0], *(more + line for line in body[1:])]
