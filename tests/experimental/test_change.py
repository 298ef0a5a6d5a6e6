"""A change cannot bring its own evidence: neither flags, nor a ledger, nor declarations."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from gatekeeper.core import pipeline
from gatekeeper.core.digest import canonical
from gatekeeper.core.errors import EvidenceError, PolicyError, ToolError
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Judgement, Subject, Verdict
from gatekeeper.experimental.facts import ExperimentalEvidence
from gatekeeper.experimental.gate import EXPERIMENTAL
from gatekeeper.experimental.outcome import Order
from tests.conftest import RequestFactory
from tests.experimental.conftest import DECLARATION, KEY, START, Shop, done

EVIDENCE = TypeAdapter(ExperimentalEvidence)
DECLARED = f"features/{KEY}.yml"
Judged = Callable[..., Judgement]


def git(root: Path, *arguments: str) -> str:
    person = ("-c", "user.name=alice", "-c", "user.email=alice@acme.example")
    done = subprocess.run(
        ["git", *person, *arguments], cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(root: Path) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "a change")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text(".gatekeeper/\n")
    commit(tmp_path)
    return tmp_path


@pytest.fixture
def shop(repository: Path, request: pytest.FixtureRequest) -> Shop:
    """A shop in a subfolder of a repository, or where the test says: at its root."""
    root = repository / getattr(request, "param", "services/shop")
    root.mkdir(parents=True, exist_ok=True)
    return Shop(root)


everywhere = pytest.mark.parametrize("shop", [".", "services/shop"], indirect=True)


@pytest.fixture
def judged(shop: Shop, context: Context, request_for: RequestFactory) -> Judged:
    def run(base: str | None = None, **settings: str) -> Judgement:
        subject = Subject("acme/shop", None, 17 if base else None, base)
        request = request_for(
            EXPERIMENTAL, shop.root, settings={**shop.settings, **settings}, subject=subject
        )
        evidence = EXPERIMENTAL.collect(request)
        recorded = canonical(EVIDENCE.dump_python(evidence, mode="json"))
        assert EVIDENCE.validate_python(json.loads(recorded)) == evidence
        return EXPERIMENTAL.judge(evidence, request.settings, replace(context, now=shop.now))

    return run


def verdict(judgement: Judgement) -> Verdict:
    return pipeline.conclude(pipeline.Outcome("experimental", 0, judgement), (), START).verdict


def assert_brought(judgement: Judgement, *names: str) -> None:
    assert verdict(judgement) is Verdict.ERROR
    reasons = [failure.reason for failure in judgement.failures]
    assert reasons == [
        f"the state of the flags is part of the change: git tracks {name}" for name in names
    ]
    assert judgement.findings == ()


def below(shop: Shop, repository: Path, name: str) -> str:
    return (shop.root / name).relative_to(repository).as_posix()


@everywhere
def test_flags_and_a_ledger_beside_git_are_believed(shop: Shop, judged: Judged) -> None:
    shop.to_experimental()
    base = commit(shop.root)
    assert verdict(judged()) is Verdict.PASS
    assert verdict(judged(base)) is Verdict.PASS


@pytest.mark.parametrize(
    "name", ["flags.db", "ledger.db", "flags.db-wal", "ledger.db-wal", "flags.db-journal"]
)
def test_a_file_of_flags_or_phases_that_git_tracks_is_an_error(
    shop: Shop, repository: Path, judged: Judged, name: str
) -> None:
    shop.to_experimental()
    base = commit(repository)
    file = shop.root / ".gatekeeper" / name
    file.touch()
    git(shop.root, "add", "--force", str(file))
    judgement = judged(base)
    named = below(shop, repository, f".gatekeeper/{name}")
    assert_brought(judgement, named)
    assert f"git rm --cached {named}" in judgement.failures[0].next_step
    # without a pull request no less
    assert_brought(judged(), named)


@everywhere
def test_what_the_change_brings_is_not_even_opened(
    shop: Shop, repository: Path, judged: Judged
) -> None:
    folder = shop.root / ".gatekeeper"
    folder.mkdir()
    for name in ("flags.db", "ledger.db"):
        (folder / name).write_bytes(b"SQLite format 3\0" + b"\xff" * 4_000)
    git(shop.root, "add", "--force", ".gatekeeper")
    names = (below(shop, repository, f".gatekeeper/{name}") for name in ("flags.db", "ledger.db"))
    assert_brought(judged(), *names)


def test_a_link_in_the_tree_cannot_lead_to_another_ledger(
    shop: Shop, repository: Path, judged: Judged
) -> None:
    shop.to_experimental()
    base = commit(repository)
    for beside in (shop.root / ".gatekeeper").glob("*.db-*"):
        beside.unlink()
    (shop.root / ".gatekeeper").rename(shop.root / "fixtures")
    (shop.root / ".gatekeeper").symlink_to("fixtures")
    (repository / ".gitignore").write_text("")
    commit(repository)
    names = [
        below(shop, repository, name)
        for name in (".gatekeeper", "fixtures/flags.db", "fixtures/ledger.db")
    ]
    assert_brought(judged(base), *names)
    git(repository, "rm", "-r", "--quiet", "--cached", below(shop, repository, "fixtures"))
    # the index forgets them, and the commit that is judged still holds them
    assert_brought(judged(base), *names)
    git(repository, "commit", "--quiet", "--message", "leave the files out")
    assert_brought(judged(base), names[0])


def test_another_spelling_of_the_path_changes_nothing(
    shop: Shop, repository: Path, judged: Judged
) -> None:
    shop.to_experimental()
    git(shop.root, "add", "--force", ".gatekeeper/flags.db")
    judgement = judged(backend="embedded:.gatekeeper/../.gatekeeper/./flags.db")
    assert_brought(judgement, below(shop, repository, ".gatekeeper/flags.db"))


def test_another_case_of_the_name_changes_nothing(
    shop: Shop, repository: Path, judged: Judged
) -> None:
    """On a file system that does not tell cases apart it is the same file."""
    shop.to_experimental()
    (shop.root / ".Gatekeeper").mkdir(exist_ok=True)
    (shop.root / ".Gatekeeper" / "FLAGS.db").touch()
    git(shop.root, "add", "--force", ".Gatekeeper/FLAGS.db")
    assert_brought(judged(), below(shop, repository, ".gatekeeper/flags.db"))


def test_a_folder_outside_of_the_repository_is_no_part_of_the_change(
    shop: Shop, judged: Judged, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shop.to_experimental()
    outside = tmp_path_factory.mktemp("state") / "gatekeeper"
    (shop.root / ".gatekeeper").rename(outside)
    judgement = judged(
        backend=f"embedded:{outside}/flags.db", ledger=f"sqlite:///{outside}/ledger.db"
    )
    assert verdict(judgement) is Verdict.PASS


def test_a_folder_that_is_no_repository_is_judged_as_it_is(
    judged: Judged, shop: Shop, repository: Path
) -> None:
    shop.to_experimental()
    (repository / ".git").rename(repository / "not-git")
    assert verdict(judged()) is Verdict.PASS


@everywhere
def test_a_change_cannot_declare_the_flag_that_it_turns_on(shop: Shop, judged: Judged) -> None:
    base = commit(shop.root)
    shop.to_experimental()
    commit(shop.root)
    assert verdict(judged()) is Verdict.PASS
    judgement = judged(base)
    assert [finding.rule for finding in judgement.findings] == ["experimental-undeclared-flag"]
    assert f"{DECLARED} is not in the base: it counts once it is merged" in judgement.checked
    assert judgement.checked[0] == f"0 features declared in features/ of the base {base[:12]}"


def test_a_change_of_a_declaration_is_told_and_judged_by_the_base(
    shop: Shop, judged: Judged
) -> None:
    shop.to_experimental()
    base = commit(shop.root)
    shop.declare(DECLARATION.replace("2026-12-31", "2030-12-31"))
    commit(shop.root)
    judgement = judged(base)
    assert verdict(judgement) is Verdict.PASS
    assert f"{DECLARED} differs from the base: judged by the base" in judgement.checked
    shop.now = shop.now.replace(year=2027)
    assert "experimental-expired" in [finding.rule for finding in judged(base).findings]


def test_a_declaration_that_the_change_removes_still_counts(shop: Shop, judged: Judged) -> None:
    shop.to_experimental()
    base = commit(shop.root)
    (shop.root / DECLARED).unlink()
    commit(shop.root)
    judgement = judged(base)
    assert verdict(judgement) is Verdict.PASS
    assert f"{DECLARED} is gone here, not in the base: judged by the base" in judgement.checked


def test_declarations_of_the_base_are_found_in_folders_and_under_both_endings(
    shop: Shop, judged: Judged
) -> None:
    folder = shop.root / "features" / "search"
    folder.mkdir(parents=True)
    (folder / f"{KEY}.yaml").write_text(DECLARATION)
    (folder / "notes.md").write_text("no declaration")
    done(shop.service.start(KEY, Order("alice")))
    judgement = judged(commit(shop.root))
    assert judgement.checked[0].startswith("1 feature declared in features/ of the base ")


def test_a_broken_declaration_in_the_change_is_no_pass(shop: Shop, judged: Judged) -> None:
    shop.to_experimental()
    base = commit(shop.root)
    shop.declare("key: [")
    with pytest.raises(PolicyError):
        judged(base)


def test_a_declaration_of_the_base_that_is_no_text_is_an_error(shop: Shop, judged: Judged) -> None:
    shop.declare()
    (shop.root / DECLARED).write_bytes(b"key: \xff")
    base = commit(shop.root)
    shop.declare()
    with pytest.raises(EvidenceError, match=f"{DECLARED} cannot be read"):
        judged(base)


def test_a_base_that_this_clone_does_not_have_is_an_error(shop: Shop, judged: Judged) -> None:
    shop.to_experimental()
    with pytest.raises(ToolError):
        judged("1" * 40)
