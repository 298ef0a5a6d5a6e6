"""The tree gate → finding of the text report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from gatekeeper.core.model import Failure, Finding, GateResult, Severity, Verdict, Waived
from gatekeeper.reports import story
from gatekeeper.reports.escape import one_line

COLORS = {
    Severity.CRITICAL: "bold bright_red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}
_PLACES_TOLD = 10
_RULES_TOLD = 25
_CHECKED_TOLD = 6
_MORE = "see --format json"
_DIM = "dim"
T = TypeVar("T")


def gate_tree(result: GateResult, label: Text) -> Tree:
    """Return one gate's tree: what it looked at, failures, findings, accepted findings."""
    tree = Tree(Stack(label, *_looked_at(result)), guide_style=_DIM)
    for failure in _capped(tree, result.failures, _RULES_TOLD, "failures"):
        tree.add(_failure(failure))
    groups = story.groups(result.findings)
    blocking = story.blocking(result.findings)
    for group in _capped(tree, blocking, _RULES_TOLD, "rules"):
        _group(tree, group)
    _notes(tree, groups[len(blocking) :])
    _accepted(tree, result.waived)
    return tree


def _looked_at(result: GateResult) -> Iterator[Text]:
    if result.verdict is Verdict.SKIP:
        yield prose(story.why(result), "yellow")
        yield from (_labelled("next", step) for step in result.next_steps)
    for text in story.capped(result.checked, _CHECKED_TOLD, f"and {{}} more: {_MORE}"):
        yield prose(text, _DIM)


def prose(text: str, style: str = "") -> Text:
    """Return untrusted text, with what stands between backticks in bold."""
    shown = Text(one_line(text), style=style)
    shown.highlight_regex(r"`[^`]+`", "bold")
    return shown


def _capped(tree: Tree, items: Sequence[T], most: int, what: str) -> Iterator[T]:
    """Yield the first items; when they are in the tree, tell how many more there are."""
    yield from items[:most]
    if len(items) > most:
        tree.add(Text(f"{len(items) - most} more {what}: {_MORE}", style=_DIM))


def _failure(failure: Failure) -> RenderableType:
    lines = [Text.assemble(("could not be judged: ", "magenta"), one_line(failure.reason))]
    if failure.next_step:
        lines.append(_labelled("next", failure.next_step))
    return Stack(*lines)


def _labelled(label: str, text: str) -> Text:
    return Text.assemble((f"{label}: ", _DIM)).append_text(prose(text))


def _group(tree: Tree, group: story.Group) -> None:
    alone = len(group.findings) == 1
    where = [_where(group.first)] if alone else []
    branch = tree.add(Stack(_title(group), *where, *_told_once(group)))
    if not alone:
        _places(branch, group)


def _told_once(group: story.Group) -> Iterator[RenderableType]:
    if group.message:
        yield prose(group.message)
    if group.first.fix:
        yield _labelled("fix", group.first.fix)


def _notes(tree: Tree, groups: Sequence[story.Group]) -> None:
    """Add what does not block, a line for each rule, and the message where it is a single one."""
    if not groups:
        return
    branch = tree.add(Text("seen, but does not block", style="bold blue"))
    for group in _capped(branch, groups, _PLACES_TOLD, "rules"):
        title = _title(group)
        title.append(f"  {one_line(str(group.first.where))}", style="underline")
        title.append(f"  {group.first.age}" if group.first.age else "")
        told = [prose(group.first.message)] if len(group.findings) == 1 else []
        branch.add(Stack(title, *told))


def _title(group: story.Group) -> Text:
    finding, count = group.first, len(group.findings)
    tools = ", ".join(group.also_found_by)
    also = (f"also found by {tools}",) if tools else ()
    names = (finding.rule, *story.standards(finding), *also)
    return Text.assemble(
        (finding.severity.label.upper(), COLORS[finding.severity]),
        (f" {one_line(finding.title)}", "bold"),
        f"  {count} places" if count > 1 else "",
        (f"  {one_line(' · '.join(names))}", _DIM),
    )


def _places(branch: Tree, group: story.Group) -> None:
    for finding in _capped(branch, group.findings, _PLACES_TOLD, "places"):
        lines: list[RenderableType] = [_where(finding)]
        if not group.message:
            lines.append(prose(finding.message))
        branch.add(Stack(*lines))


def _where(finding: Finding) -> Text:
    place = one_line(str(finding.where))
    age = f"  {finding.age}" if finding.age else ""
    return Text.assemble((place, "underline"), (f"  {finding.fingerprint}", _DIM), age)


def _accepted(tree: Tree, waived: Sequence[Waived]) -> None:
    if not waived:
        return
    branch = tree.add(Text("accepted by waiver", style="bold blue"))
    for entry in _capped(branch, waived, _RULES_TOLD, "findings"):
        waiver = entry.waiver
        who = f"{waiver.lasts} by {waiver.approved_by}: {waiver.reason}"
        title = _title(story.Group((entry.finding,)))
        branch.add(Stack(title, _where(entry.finding), _labelled("accepted", who)))
