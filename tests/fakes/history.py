"""A long history for a shop, written in one go: as many merged pull requests as wanted."""

from __future__ import annotations

import subprocess

from tests.fakes.graphql import Connection
from tests.fakes.shop import Shop

_START = 1_800_000_000


def grow(shop: Shop, pulls: int, commits: int = 3, reviewers: tuple[str, ...] = ("dana",)) -> None:
    """Add pull requests of this many commits each, approved and merged by a merge commit."""
    plan = _Plan(shop, commits)
    stream = "".join(plan.lines(pulls))
    done = subprocess.run(
        ["git", "fast-import", "--quiet", f"--export-marks={shop.root / '.git' / 'marks'}"],
        cwd=shop.root,
        input=stream.encode(),
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr.decode()
    marks = (shop.root / ".git" / "marks").read_text().split()
    oids = {int(mark[1:]): oid for mark, oid in zip(marks[::2], marks[1::2], strict=True)}
    shown = shop.git("log", "--format=%H %T", "main").split()
    trees = dict(zip(shown[::2], shown[1::2], strict=True))
    for number in range(pulls):
        plan.host(number, oids, trees, reviewers[number % len(reviewers)])
    shop.git("read-tree", "--reset", "-u", "main")
    shop.hub.branches["main"] = shop.tip("main")


class _Plan:
    """Who writes what."""

    def __init__(self, shop: Shop, commits: int) -> None:
        self._shop = shop
        self._commits = commits
        self._base = shop.tip("main")

    def _mark(self, pull: int, step: int) -> int:
        return pull * (self._commits + 1) + step + 1

    def _before(self, pull: int) -> str:
        return f":{self._mark(pull - 1, self._commits)}" if pull else self._base

    def _text(self, pull: int, step: int) -> str:
        if step == self._commits:
            return f"Merge pull request #{42 + pull} from acme/f{pull}"
        return f"Change {pull}.{step}"

    def lines(self, pulls: int) -> list[str]:
        made = []
        for pull in range(pulls):
            for step in range(self._commits):
                start = self._before(pull) if step == 0 else f":{self._mark(pull, step - 1)}"
                name = f"f{pull}/{step}.txt"
                made.append(self._commit(pull, step, start, "", name))
            head = f"merge :{self._mark(pull, self._commits - 1)}\n"
            made.append(self._commit(pull, self._commits, self._before(pull), head, ""))
        return made

    def _commit(self, pull: int, step: int, start: str, merge: str, name: str) -> str:
        mark = self._mark(pull, step)
        when = f"{_START + mark * 60} +0000"
        who = f"author{pull % 9}"
        author = f"{who} <{who}@example.com> {when}"
        text = self._text(pull, step)
        committer = author
        if merge:
            author = f"dana <dana@example.com> {when}"
            committer = f"GitHub <noreply@github.com> {when}"
        # a merge holds what its second parent brings, as git would merge it
        names = [name] if name else [f"f{pull}/{one}.txt" for one in range(self._commits)]
        files = "".join(f"M 100644 inline {one}\ndata {len(one)}\n{one}\n" for one in names)
        return (
            f"commit refs/heads/main\nmark :{mark}\nauthor {author}\ncommitter {committer}\n"
            f"data {len(text)}\n{text}\nfrom {start}\n{merge}{files}\n"
        )

    def host(self, pull: int, oids: dict[int, str], trees: dict[str, str], reviewer: str) -> None:
        """Let the host know a pull request, its review and its merge."""
        who = f"author{pull % 9}"
        own = [oids[self._mark(pull, step)] for step in range(self._commits)]
        before = oids[self._mark(pull - 1, self._commits)] if pull else self._base
        nodes = [
            self._node(
                (oid, trees[oid]),
                [own[step - 1] if step else before],
                f"{who}@example.com",
                self._text(pull, step),
                signed=False,
            )
            for step, oid in enumerate(own)
        ]
        opened = self._shop.hub.open(who, *nodes, branch=f"f{pull}")
        opened.node["baseRefOid"] = before
        opened.review(reviewer)
        oid = oids[self._mark(pull, self._commits)]
        text = self._text(pull, self._commits)
        ids = (oid, trees[oid])
        merge = self._node(ids, [before, own[-1]], "dana@example.com", text, signed=True)
        self._shop.hub.commits |= {oid: merge, **{node["oid"]: node for node in nodes}}
        opened.merged("dana", merge)
        # said outright: looking through every pull request for every commit takes the square
        self._shop.hub.holders |= {key: [opened.number] for key in (oid, *own)}

    def _node(
        self, ids: tuple[str, str], parents: list[str], email: str, text: str, *, signed: bool
    ) -> dict[str, object]:
        oid, tree = ids
        actor = self._shop._actor(email)
        return {
            "__typename": "Commit",
            "oid": oid,
            "message": text,
            "committedViaWeb": signed,
            "tree": {"__typename": "Tree", "oid": tree},
            "parents": Connection([{"__typename": "Commit", "oid": one} for one in parents]),
            "author": actor,
            "committer": self._shop._actor("noreply@github.com") if signed else actor,
            "authors": Connection([actor]),
            "signature": {"__typename": "GpgSignature", "isValid": True, "wasSignedByGitHub": True}
            if signed
            else None,
        }
