"""A real git repository and the fake GitHub that hosts it: what is merged there is merged here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from tests.fakes.github import FakeGitHub, PullRequest, git_actor
from tests.fakes.graphql import Connection

Node = dict[str, Any]
_NOBODY = {
    "HOME": "/nonexistent",
    "GIT_COMMITTER_NAME": "nobody",
    "GIT_COMMITTER_EMAIL": "nobody@example.com",
}
_WEB = ("GitHub", "noreply@github.com")


class Shop:
    """The repository acme/shop, checked out at `root`, and its host.

    Whoever commits as `dana` has the address dana@example.com, which the host knows as the account
    dana; names in `strangers` have an address that no account claims.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self.hub = FakeGitHub()
        self.hub.permissions = {"dana": "write", "erin": "admin"}
        self.strangers: set[str] = set()
        self._signed: set[str] = set()
        self._seconds = 1_790_000_000
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", "https://github.com/acme/shop.git")
        self.write("main", "root", {"README": "shop\n", "app.py": "".join(_LINES)}, "Start")
        self.tag("v1")

    def git(self, *args: str, **environment: str) -> str:
        done = subprocess.run(
            ["git", "-c", "core.hooksPath=/dev/null", *args],
            cwd=self.root,
            env={**_NOBODY, "PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def tip(self, branch: str = "main") -> str:
        return self.git("rev-parse", branch)

    def _as(self, author: str, committer: str | None = None) -> dict[str, str]:
        self._seconds += 60
        people = {"AUTHOR": author, "COMMITTER": committer or author}
        named: dict[str, str] = {}
        for role, login in people.items():
            name, email = _WEB if login == "web-flow" else (login, f"{login}@example.com")
            named |= {
                f"GIT_{role}_NAME": name,
                f"GIT_{role}_EMAIL": email,
                f"GIT_{role}_DATE": f"@{self._seconds} +0000",
            }
        return named

    def branch(self, name: str, start: str = "main") -> None:
        self.git("branch", name, start)

    def write(self, branch: str, login: str, files: dict[str, str], message: str = "") -> str:
        """Commit these files on a branch; main is published at once, as a direct push."""
        if self.git("branch", "--list", branch) or self._is_born():
            self.git("checkout", "--quiet", branch)
        for name, text in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        self.git("add", "--all")
        message = message or f"Change {', '.join(files)}"
        self.git("commit", "--quiet", "--allow-empty", "-m", message, **self._as(login))
        return self._publish(branch)

    def _is_born(self) -> bool:
        return bool(self.git("rev-list", "--all", "--max-count=1"))

    def _publish(self, branch: str) -> str:
        """Tell the host of everything that it does not have yet."""
        oid = self.tip(branch)
        self.hub.branches[branch] = oid
        known = [f"^{one}" for one in self.hub.branches.values() if one in self.hub.commits]
        for one in self.git("rev-list", oid, *known).split():
            self.hub.commits[one] = self.node(one)
        return oid

    def tag(self, name: str, at: str = "main") -> str:
        self.git("tag", "--force", name, at)
        self.hub.tags[name] = self.tip(f"refs/tags/{name}")
        return self.hub.tags[name]

    def node(self, oid: str) -> Node:
        """Return a commit as GitHub describes it."""
        shown = self.git("show", "--no-patch", "--format=%T%n%P%n%ae%n%ce%n%B", oid)
        tree, parents, author, committer, message = shown.split("\n", 4)
        named = (line.partition("<")[2].strip(" >") for line in message.split("\n")
                 if line.lower().startswith("co-authored-by:"))  # fmt: skip
        authors = [self._actor(author), *map(self._actor, named)]
        signed = oid in self._signed
        return {
            "__typename": "Commit",
            "oid": oid,
            "message": message,
            "committedViaWeb": signed,
            "tree": {"__typename": "Tree", "oid": tree},
            "parents": Connection(
                [{"__typename": "Commit", "oid": one} for one in parents.split()],
                "CommitConnection",
            ),
            "author": self._actor(author),
            "committer": self._actor(committer),
            "authors": Connection(authors, "GitActorConnection"),
            "signature": {"__typename": "GpgSignature", "isValid": True, "wasSignedByGitHub": True}
            if signed
            else None,
        }

    def _actor(self, email: str) -> Node:
        login = email.partition("@")[0]
        if email == _WEB[1] or login in self.strangers:
            return git_actor(None, email)
        return git_actor(login, email)

    def open(self, login: str, branch: str, base: str = "main") -> PullRequest:
        """Open a pull request for what a branch holds."""
        nodes = self._own(branch, base)
        self.hub.branches.setdefault(base, self.tip(base))
        pull = self.hub.open(login, *nodes, branch=branch)
        pull.node["baseRefName"] = base
        pull.node["baseRefOid"] = self.tip(base)
        return pull

    def push(self, pull: PullRequest, by: str | None = None) -> None:
        """Show the host what has been written to a pull request's branch since."""
        branch, base = pull.node["headRefName"], pull.node["baseRefName"]
        nodes = [one for one in self._own(branch, base) if one["oid"] not in pull.oids]
        pull.push(*nodes, by=by)

    def _own(self, branch: str, base: str) -> list[Node]:
        oids = self.git("rev-list", "--reverse", "--topo-order", branch, f"^{base}").split()
        return [self.node(oid) for oid in oids]

    def change(
        self, login: str, name: str, *, base: str = "main", approve: str | None = "dana"
    ) -> PullRequest:
        """Open a pull request of one commit that writes one file, approved by somebody."""
        self.branch(name, base)
        self.write(name, login, {f"{name}.txt": f"{name} by {login}\n"}, f"Add {name}")
        pull = self.open(login, name, base)
        if approve:
            pull.review(approve)
        return pull

    def merge(self, pull: PullRequest, method: str = "merge", by: str = "dana") -> str:
        """Merge as GitHub does, and return what that put on the base."""
        base, head = pull.node["baseRefName"], pull.node["headRefName"]
        self.git("checkout", "--quiet", base)
        pull.node["baseRefOid"] = self.tip(base)
        before = self.tip(base)
        {"merge": self._merge, "squash": self._squash, "rebase": self._rebase}[method](
            pull, head, by
        )
        oid = self.tip(base)
        if method != "rebase":
            self._signed.add(oid)
        self._publish(base)
        brought = self.git("rev-list", oid, f"^{before}", f"^{head}").split()
        pull.merged(by, self.hub.commits[oid], brought=tuple(brought))
        return oid

    def _merge(self, pull: PullRequest, head: str, by: str) -> None:
        message = f"Merge pull request #{pull.number} from acme/{head}"
        self.git("merge", "--quiet", "--no-ff", "-m", message, head, **self._as(by, "web-flow"))

    def _squash(self, pull: PullRequest, head: str, by: str) -> None:
        self.git("merge", "--quiet", "--squash", head)
        who = self._as(pull.opener, "web-flow")
        message = f"Add {head} (#{pull.number})"
        self.git("commit", "--quiet", "--allow-empty", "-m", message, **who)

    def _rebase(self, pull: PullRequest, head: str, by: str) -> None:
        who = {key: value for key, value in self._as(by).items() if "COMMITTER" in key}
        for oid in pull.oids:
            self.git("cherry-pick", "--allow-empty", oid, **who)

    def clone(self, folder: Path) -> Path:
        """Return a clone as a build server has it: main and the tags, and no merged heads."""
        one = ("--single-branch", "--branch=main")
        self.git("clone", "--quiet", *one, f"file://{self.root}", str(folder))
        origin = "https://github.com/acme/shop.git"
        subprocess.run(["git", "remote", "set-url", "origin", origin], cwd=folder, check=True)
        return folder


_LINES = [f"line {number}\n" for number in range(40)]
