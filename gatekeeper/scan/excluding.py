"""What the policy leaves out, each file with the reason of the first pattern that matches it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatekeeper.scan.code.facts import Unseen
from gatekeeper.scan.code.settings import Exclusion


def split(
    files: Sequence[str], exclusions: Sequence[Exclusion]
) -> tuple[list[str], tuple[Unseen, ...]]:
    """Split off the files that the policy excludes."""
    reasons = dict(_excluded(files, exclusions))
    kept = [path for path in files if path not in reasons]
    return kept, tuple(Unseen(path, reasons[path]) for path in files if path in reasons)


def _excluded(files: Sequence[str], exclusions: Sequence[Exclusion]) -> Iterator[tuple[str, str]]:
    """Yield path and reason; of several reasons the first pattern's comes last, so that it wins."""
    from pathspec import GitIgnoreSpec

    for item in reversed(exclusions):
        matched = GitIgnoreSpec.from_lines([item.path]).match_files(files)
        yield from ((path, item.reason) for path in matched)
