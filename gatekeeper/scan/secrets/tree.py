"""The files under judgement: what is known to be clean is spared, the rest is handed over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from gatekeeper.core.gate import Request
from gatekeeper.scan.code.facts import Unseen
from gatekeeper.scan.excluding import split
from gatekeeper.scan.files import listing
from gatekeeper.scan.secrets.facts import Ledger, SecretEvidence
from gatekeeper.scan.secrets.known import Clean, Known, digests
from gatekeeper.scan.secrets.material import Material, Origin, top_of
from gatekeeper.scan.secrets.settings import SecretSettings
from gatekeeper.scan.secrets.sighting import Seen


@dataclass(slots=True)
class Tree:
    """What became of the files.

    Attributes:
        evidence: of the files alone; the scanner has not looked yet.
        spared: files that were clean before and have not changed.
        digests: of the contents that were handed over, by path.
        made_of: what those contents were made of, by path.
    """

    evidence: SecretEvidence
    spared: dict[str, Clean] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    made_of: dict[str, Clean] = field(default_factory=dict)

    def hand_over(self, root: Path, name: str, material: Material) -> None:
        """Hand over one file."""
        before = material.archived, material.binary
        try:
            data = (root / name).read_bytes()
        except OSError as error:
            material.failed.append(Unseen(name, f"cannot be read: {error.strerror}"))
            return
        material.add(Origin(name), data)
        made_of = Clean(material.archived - before[0], material.binary - before[1])
        self.digests[name] = hashlib.sha256(data).hexdigest()
        self.made_of[name] = made_of

    def clean(self, seen: Seen, material: Material) -> dict[str, Clean]:
        """Return the files in which, wholly looked at, nothing was found."""
        found = {one.file for one in seen.sightings} | (material.origins.keys() - seen.looked)
        held = {top_of(origin) for file in found for origin in material.origins.get(file, ())}
        held |= {item.path for item in material.failed}
        return {path: one for path, one in self.made_of.items() if path not in held}


def gather(request: Request[SecretSettings], known: Known, material: Material) -> Tree:
    """Hand over the files that are not known to be clean.

    Raises:
        ToolError: the files cannot be listed.
    """
    root = request.root.resolve()
    listed = listing(root)
    exclude = request.settings.exclude
    kept, excluded = split(listed.files, exclude)
    unseen, more = split([item.path for item in listed.failed], exclude)
    ledger = Ledger(
        excluded=(*excluded, *more),
        skipped=listed.skipped,
        failed=tuple(item for item in listed.failed if item.path in unseen),
    )
    tree = Tree(SecretEvidence(len(listed.files), "", "", ledger))
    tree.spared = known.among(digests(root, kept))
    for name in kept:
        if name not in tree.spared:
            tree.hand_over(root, name, material)
    return tree
