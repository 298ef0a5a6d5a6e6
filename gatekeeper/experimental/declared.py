"""Which declarations count: the base commit's when a pull request is judged, else the tree's.

A change that could declare its own features could excuse every flag that it turns on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.experimental.features import Feature, parse_features
from gatekeeper.experimental.files import base_texts, read_texts


@dataclass(frozen=True, slots=True)
class Declared:
    """The declarations that count.

    Attributes:
        features: by path.
        changes: a sentence for each file that is not as in the base.
    """

    features: tuple[Feature, ...]
    changes: tuple[str, ...] = ()


def declared(root: Path, folder: str, base: str | None) -> Declared:
    """Read the declarations that count.

    Args:
        root: the tree.
        folder: where the declarations are, from the root.
        base: the commit that a pull request would be merged into, or None.

    Raises:
        PolicyError: with every problem of every file, also of one that does not count yet.
        EvidenceError: a file cannot be read.
        ToolError: git cannot read the base.
    """
    here = read_texts(root, folder)
    # must be sound as well: a broken one would break the base that it is merged into
    features = parse_features(here)
    if base is None:
        return Declared(features)
    there = base_texts(root, folder, base)
    return Declared(parse_features(there), tuple(_changes(there, here)))


def _changes(there: Mapping[str, str], here: Mapping[str, str]) -> Iterator[str]:
    for path in sorted({*there, *here}):
        if path not in there:
            yield f"{path} is not in the base: it counts once it is merged"
        elif path not in here:
            yield f"{path} is gone here, not in the base: judged by the base"
        elif there[path] != here[path]:
            yield f"{path} differs from the base: judged by the base"
