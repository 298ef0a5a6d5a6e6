"""The shop's git repository. Names and dates are fixed, so the commits always have the same ids."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
RELEASED = ("advisories", "features", "shop", ".gitignore", "gatekeeper.yml", "requirements.txt")
BRANCH = "feature/faster-suggestions"
REMOTE = "https://github.com/acme/storefront.git"


@dataclass(frozen=True)
class Made:
    """A commit of the example: its id, its tree and who made it."""

    oid: str
    tree: str
    author: str


@dataclass(frozen=True)
class Commits:
    """The commits of the example: the released one, the reviewed one, the one pushed after."""

    base: Made
    reviewed: Made
    pushed: Made


def build(root: Path) -> Commits:
    """Make the repository and leave the pull request's branch checked out."""
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--template=", "--initial-branch=main")
    git(root, "remote", "add", "origin", REMOTE)
    for name in RELEASED:
        copy(SOURCE / name, root / name)
    copy(SOURCE / "history/1-released", root)
    base = commit(root, "bob", "2026-11-12T10:00:00Z", "Release 1.8")
    git(root, "switch", "--quiet", "--create", BRANCH)
    copy(SOURCE / "history/2-reviewed", root)
    reviewed = commit(root, "alice", "2026-11-16T09:30:00Z", "Suggest in alphabetical order")
    copy(SOURCE / "shop/suggest.py", root / "shop/suggest.py")
    pushed = commit(root, "carol", "2026-11-17T15:20:00Z", "Let the page choose how many")
    return Commits(base, reviewed, pushed)


def copy(source: Path, target: Path) -> None:
    """Copy a file, or a folder's files; permissions stay behind, for they are part of a commit."""
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        return
    for file in sorted(source.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            copy(file, target / file.relative_to(source))


def commit(root: Path, author: str, when: str, message: str) -> Made:
    """Commit everything."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message, author=author, when=when)
    oid, tree = git(root, "rev-parse", "HEAD", "HEAD^{tree}").split()
    return Made(oid, tree, author)


def git(root: Path, *arguments: str, author: str = "bob", when: str = "") -> str:
    """Run git untouched by anybody's configuration."""
    person = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", author), ("EMAIL", f"{author}@acme.example"), ("DATE", when))
        if value
    }
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    done = subprocess.run(
        ["git", "-c", "core.autocrlf=false", "-c", "gc.auto=0", *arguments],
        cwd=root,
        env={"PATH": os.environ.get("PATH", os.defpath), **nobody, **person},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
