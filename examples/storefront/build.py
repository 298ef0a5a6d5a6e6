"""Builds the example's scene: `python examples/storefront/build.py TARGET`.

    TARGET/shop-repo/                    a git repository, on a branch with pull request 17
    TARGET/shop-repo/.demo/staging.db    the staging database, beside git
    TARGET/shop-repo/.gatekeeper/        flags and phases: a feature in its third Experimental day
    TARGET/recorded/pull-17.json         the pull request as its host would tell it

Prints the repository's path. TARGET is built anew each time; a folder that this script did not
make is left alone.
"""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from scene import feature, pull, repository, staging

MARKER = ".storefront-example"


def build(target: Path, now: datetime) -> Path:
    """Build the scene and return the repository's folder."""
    clear(target)
    root = target / "shop-repo"
    commits = repository.build(root)
    pull.record(target / "recorded", commits)
    staging.build(root / ".demo" / "staging.db")
    feature.build(root, commits.base.oid, now)
    return root


def clear(target: Path) -> None:
    """Empty the target, if it is ours."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        sys.exit(f"{target} is no folder: name another one")
    if target.is_dir():
        if any(target.iterdir()) and not (target / MARKER).is_file():
            sys.exit(f"{target} was not made by this script: name another folder, or an empty one")
        shutil.rmtree(target)
    target.mkdir(parents=True)
    (target / MARKER).write_text("Made by examples/storefront/build.py, which may delete it.\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python examples/storefront/build.py TARGET")
    print(build(Path(sys.argv[1]), datetime.now(UTC)))
