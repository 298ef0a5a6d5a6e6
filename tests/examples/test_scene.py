from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from packaging.specifiers import SpecifierSet
from stdnum import iban, luhn

from gatekeeper.core import places
from gatekeeper.experimental.service import FeatureService
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import Phase
from gatekeeper.review.recorded import RecordedSource
from tests.examples.conftest import Build

TEST_CARDS = {"4242424242424242", "4111111111111111", "5555555555554444", "378282246310005"}


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_commits_have_the_same_ids_whatever_the_machine_is_set_to(
    build: Build, repo: Path, tmp_path: Path
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text(
        "[user]\nname = Somebody\nemail = else@example.com\n[core]\nautocrlf = true\n"
        "[commit]\ngpgsign = true\n[init]\ndefaultBranch = trunk\n"
    )
    other = tmp_path / "other"
    done = build(
        other,
        PATH=os.environ["PATH"],
        TZ="Asia/Tokyo",
        GIT_CONFIG_GLOBAL=str(config),
        GIT_AUTHOR_NAME="Somebody",
        GIT_DIR=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    ids = ("rev-parse", "main", "HEAD", "HEAD~1")
    assert git(other / "shop-repo", *ids) == git(repo, *ids)


def test_building_again_replaces_what_it_made(build: Build, tmp_path: Path) -> None:
    for _ in range(2):
        assert build(tmp_path / "demo").returncode == 0
        assert not (tmp_path / "demo/shop-repo/stray").exists()
        (tmp_path / "demo/shop-repo/stray").write_text("from the first build")


def test_a_folder_that_it_did_not_make_is_left_alone(build: Build, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = build(tmp_path)
    assert done.returncode == 1
    assert "was not made by this script" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_link_is_not_followed(build: Build, tmp_path: Path, scene: Path) -> None:
    (tmp_path / "link").symlink_to(scene)
    assert build(tmp_path / "link").returncode == 1
    assert (scene / "shop-repo").is_dir()


def test_the_branch_is_checked_out_clean_with_two_commits_by_two_people(repo: Path) -> None:
    assert git(repo, "status", "--porcelain") == ""
    assert git(repo, "log", "--format=%an", "main..HEAD").split() == ["carol", "alice"]
    assert git(repo, "show", "main:gatekeeper.yml") == git(repo, "show", "HEAD:gatekeeper.yml")


def test_what_runs_is_beside_git_and_not_in_it(repo: Path) -> None:
    tracked = git(repo, "ls-files").splitlines()
    assert not [path for path in tracked if path.startswith((".demo", ".gatekeeper"))]
    assert (repo / ".demo/staging.db").is_file()


def test_the_only_approval_is_for_a_commit_that_is_not_the_head(scene: Path, repo: Path) -> None:
    pull = RecordedSource(scene / "recorded").pull_request("acme/storefront", 17)
    [review] = pull.reviews
    assert review.state == "APPROVED"
    assert review.commit == git(repo, "rev-parse", "HEAD~1")
    assert pull.head_oid == git(repo, "rev-parse", "HEAD")
    assert pull.base_oid == git(repo, "rev-parse", "main")
    assert [commit.tree for commit in pull.commits] == [
        git(repo, "rev-parse", "HEAD~1^{tree}"),
        git(repo, "rev-parse", "HEAD^{tree}"),
    ]


def test_what_was_pushed_after_the_review_is_an_injection(repo: Path) -> None:
    assert '"SELECT name FROM product WHERE name LIKE ?' in git(
        repo, "show", "HEAD~1:shop/suggest.py"
    )
    assert "LIKE '\" + start" in git(repo, "show", "HEAD:shop/suggest.py")


def test_28_of_2000_customers_look_real_and_are_invented(repo: Path) -> None:
    connection = sqlite3.connect(repo / ".demo/staging.db")
    rows = connection.execute(
        "SELECT email, card, account FROM customers JOIN payments ON customer = customers.id"
    ).fetchall()
    connection.close()
    assert len(rows) == 2_000
    leaked = [row for row in rows if not row[0].endswith("@example.com")]
    assert len(leaked) == len(set(leaked)) == 28
    for email, card, account in leaked:
        assert email.split("@")[1] in {
            "moonharbour-post.com",
            "nimbus-letterbox.net",
            "pixie-mailbox.org",
        }
        assert luhn.is_valid(card)
        assert card not in TEST_CARDS
        assert iban.is_valid(account)
        assert account[4:8] == "QZQZ"
    assert {row[1] for row in rows if row not in leaked} == TEST_CARDS


def test_the_feature_is_in_its_third_experimental_day(repo: Path) -> None:
    policy = places.parse((repo / "gatekeeper.yml").read_text(), "gatekeeper.yml").value
    settings = ExperimentalSettings.model_validate(policy["gates"]["experimental"])
    service = FeatureService(settings, repo, {}, lambda: datetime.now(UTC))
    standing = service.show("search-suggest")
    assert standing.state is not None
    assert standing.situation is not None
    assert standing.state.phase is Phase.EXPERIMENTAL
    age = standing.situation.now - standing.state.since
    assert timedelta(days=3) <= age < timedelta(days=4)
    assert standing.situation.drift == ()
    assert standing.situation.exposure is not None
    assert 250 < standing.situation.exposure.experimental < 500


def test_two_of_six_advisories_are_about_what_is_deployed(example: Path) -> None:
    lines = (example / "requirements.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    hits = set()
    for file in (example / "advisories").glob("*.json"):
        advisory = json.loads(file.read_text())
        [affected] = advisory["affected"]
        name = affected["package"]["name"]
        events = affected["ranges"][0]["events"]
        assert file.stem == advisory["id"]
        for begin, end in zip(events[::2], events[1::2], strict=True):
            span = SpecifierSet(f">={begin['introduced']},<{end['fixed']}")
            if name in pins and span.contains(pins[name]):
                hits.add(advisory["id"])
    assert len(list((example / "advisories").glob("*.json"))) == 6
    assert hits == {"PYSEC-2023-62", "PYSEC-2023-221"}


def test_nothing_of_the_build_is_left_beside_its_source(example: Path) -> None:
    assert shutil.which("git")
    assert not list(example.rglob("*.db"))
