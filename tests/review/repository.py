"""Real git repositories with a branch under review, and the facts that a host would give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gatekeeper.review.added import with_content
from gatekeeper.review.facts import Commit, Merge, Person, PullRequest, Review
from tests.review import build
from tests.test_git import sh

LINES = "".join(f"line {number}\n" for number in range(1, 21))


@dataclass
class Repository:
    """A clone whose base branch is `main`."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Repository:
        root.mkdir(parents=True)
        sh(root, "init", "--quiet")
        sh(root, "config", "commit.gpgsign", "false")
        made = cls(root)
        made.commit("start", {"app.py": LINES, "docs/guide.md": LINES})
        return made

    def git(self, *args: str) -> str:
        return sh(self.root, *args).strip()

    def write(self, files: dict[str, str | None]) -> None:
        for path, text in files.items():
            place = self.root / path
            if text is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)

    def commit(self, message: str, files: dict[str, str | None]) -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.head

    def branch(self, name: str, at: str = "main") -> None:
        self.git("checkout", "--quiet", "-b", name, at)

    def on(self, name: str) -> None:
        self.git("checkout", "--quiet", name)

    def merge(self, *others: str, ours: bool = False) -> str:
        strategy = ("-s", "ours") if ours else ()
        self.git("merge", "--quiet", "--no-ff", "--no-edit", *strategy, *others)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def tip(self, name: str) -> str:
        return self.git("rev-parse", name)

    def facts_of(self, oid: str, author: Person = build.ALICE, **changes: Any) -> Commit:
        tree, *parents = self.git("show", "--no-patch", "--format=%T %P", oid).split()
        made = replace(build.commit("a", author), oid=oid, tree=tree, parents=tuple(parents))
        return replace(made, **changes)

    def pull(self, *approved: str, base: str = "main", head: str = "HEAD", **changes: Any) -> Any:
        """Return the pull request of `head` into `base`, with dana's approvals of these commits."""
        tip = self.tip(head)
        oids = self.git("rev-list", "--reverse", tip, f"^{base}").split()
        reviews = tuple(
            build.review(build.DANA, minute, commit=oid, id=f"PRR_{minute}")
            for minute, oid in enumerate(approved, start=10)
        )
        return build.approved(
            base_oid=self.tip(base),
            head_oid=tip,
            commits=tuple(map(self.facts_of, oids)),
            reviews=reviews,
            **changes,
        )

    def merged(self, pull: PullRequest, oid: str, **changes: Any) -> PullRequest:
        made = Merge(self.facts_of(oid, signature=build.GITHUB, **changes), build.BOB)
        return replace(pull, state="MERGED", merged_at=build.at(60), merge=made)

    def seen(self, pull: PullRequest) -> PullRequest:
        """Add what this clone says of the content."""
        return with_content(self.root, pull)


def approval(oid: str, person: Person = build.DANA, minutes: int = 10) -> Review:
    return build.review(person, minutes, commit=oid)


def changed(number: int, text: str, lines: str = LINES) -> str:
    """Return the lines with one of them (1-based) replaced."""
    parts = lines.splitlines(keepends=True)
    parts[number - 1] = f"{text}\n"
    return "".join(parts)
