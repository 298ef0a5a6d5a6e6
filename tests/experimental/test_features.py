"""Declarations are read strictly; every problem has its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gatekeeper.core.errors import EvidenceError, PolicyError, UsageError
from gatekeeper.experimental.features import Stage, parse_features
from gatekeeper.experimental.files import read_features, write_feature
from gatekeeper.experimental.identity import identity, named
from tests.experimental.conftest import DECLARATION, KEY

PATH = f"features/{KEY}.yml"


def problems(text: str, path: str = PATH) -> list[str]:
    with pytest.raises(PolicyError) as error:
        parse_features({path: text})
    return [str(problem) for problem in error.value.problems]


def test_a_declaration_is_read_whole() -> None:
    (feature,) = parse_features({PATH: DECLARATION})
    assert (feature.key, feature.flag, feature.unit) == (KEY, KEY, "user")
    assert (feature.control, feature.experimental) == ("false", "true")
    assert feature.expires == "2026-12-31"
    assert feature.stages == (Stage(25_000, 0),)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("title:", "titel:"), ":2:1: unknown key `titel`; did you mean `title`?"),
        (("percentage", "percent"), ":6:6: unknown key `percent`; did you mean `percentage`?"),
        (("owner: alice", "owner: ''"), ":3:1: `owner`"),
        (("owner: alice", "owner: '  '"), ":3:1: `owner`"),
        (("owner: alice\n", ""), "`owner` is missing"),
        (("25", "0"), ":6:6: `percentage`"),
        (("25", "101"), ":6:6: `percentage`"),
        (("25", "'25'"), ":6:6: `percentage`"),
        (("25", ".nan"), ":6:6: `percentage`"),
        (("{percentage: 25}", "{percentage: 25, soak: soon}"), ":6:22: `soak`: expected a dur"),
        (("2026-12-31", "next year"), ":4:1: `expires`"),
        (("owner: alice", "owner: ${ME}"), ":3:1: `owner`: `${ME}` is not replaced here"),
        (("  - {percentage: 25}\n", "  []\n"), ":5:1: `stages`"),
        (("{percentage: 25}", "{percentage: 25}\n  - {percentage: 25}"), "wider than the one"),
        (("owner:", "variations: {control: 1, experimental: 1}\nowner:"), "have to differ"),
        (("owner:", "variations: {control: 0, experimental: true}\nowner:"), "of one type"),
        (("owner:", "owner: x\nowner:"), "stands here twice"),
        (("key: search-suggest", "key: Search Suggest"), ":1:1: `key`"),
        (("key: search-suggest", "key: other"), ":1:1: the file has to be named `other.yml`"),
    ],
)
def test_each_mistake_is_told_with_its_place(change: tuple[str, str], problem: str) -> None:
    assert any(problem in line for line in problems(DECLARATION.replace(*change)))


def test_every_problem_is_told_at_once() -> None:
    text = DECLARATION.replace("title:", "titel:").replace("25", "250")
    assert len(problems(text)) >= 3


def test_an_empty_declaration_is_no_feature() -> None:
    assert any("`key` is missing" in line for line in problems(""))


def test_two_features_cannot_share_a_flag() -> None:
    other = DECLARATION.replace("key: search-suggest", f"key: other\nflag: {KEY}")
    with pytest.raises(PolicyError, match=r"belongs to features/other\.yml already"):
        parse_features({PATH: DECLARATION, "features/other.yml": other})


def test_a_feature_is_declared_once() -> None:
    """Else the one would hide what the other says."""
    other = DECLARATION.replace("owner:", "flag: other\nowner:")
    message = f"the feature `{KEY}` is declared in features/a/{KEY}.yaml already"
    with pytest.raises(PolicyError, match=re.escape(message)):
        parse_features({PATH: DECLARATION, f"features/a/{KEY}.yaml": other})


def test_what_an_approval_is_for_changes_with_the_configuration_only() -> None:
    def config(*change: str) -> str:
        return parse_features({PATH: DECLARATION.replace(*change)})[0].config

    same = config("x", "x")
    assert config("Suggest products", "Propose products") == same
    assert config("25", "26") != same
    assert config("2026-12-31", "2027-12-31") != same
    assert config("owner:", "unit: device\nowner:") != same
    assert config("owner:", "flag: other\nowner:") != same


def test_no_folder_is_no_feature(tmp_path: Path) -> None:
    assert read_features(tmp_path, "features") == ()


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "features").write_text("")
    with pytest.raises(EvidenceError, match="is no folder"):
        read_features(tmp_path, "features")


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "a.yml").write_bytes(b"\xff\xfe")
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_features(tmp_path, "features")


def test_a_declaration_under_the_other_suffix_or_deeper_is_not_overlooked(tmp_path: Path) -> None:
    (tmp_path / "features" / "team").mkdir(parents=True)
    (tmp_path / "features" / "team" / f"{KEY}.yaml").write_text(DECLARATION)
    assert [feature.key for feature in read_features(tmp_path, "features")] == [KEY]


def test_writing_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "features" / "a.yml"
    write_feature(path, DECLARATION)
    with pytest.raises(EvidenceError, match="cannot be written"):
        write_feature(path, "")
    assert path.read_text() == DECLARATION


@pytest.mark.parametrize(
    "spelling",
    [
        *("Alice", " alice ", "ALICE", "@alice", "@@alice", "@ alice", "ａｌｉｃｅ", "alice."),
        *("al\u200bice", "alice\ufe0f", "al\u034fice", "al\u3164ice", "al\uffa0ice", "al ice"),
    ],
)
def test_spellings_of_one_person_are_one(spelling: str) -> None:
    assert identity(spelling) == "alice"


def test_of_a_name_with_an_address_only_the_address_counts() -> None:
    assert identity("Alice L. <Alice@Shop.example>") == identity("alice@shop.example")


@pytest.mark.parametrize(
    ("one", "other"),
    [("bob-smith", "bobsmith"), ("bob", "bob2"), ("bob@a.example", "bob@b.example"), ("李", "王")],
)
def test_two_people_stay_two(one: str, other: str) -> None:
    assert identity(one) != identity(other)


def test_a_link_is_no_declaration_and_nothing_of_what_it_leads_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("token-of-mine: x\n")
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "a.yml").symlink_to(tmp_path / "secret")
    with pytest.raises(EvidenceError, match=r"features/a\.yml is a link"):
        read_features(tmp_path, "features")


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "@", "a\nb", "!?", "\u3164", "x" * 101])
def test_an_actor_has_to_name_somebody(name: str) -> None:
    with pytest.raises(UsageError, match="names nobody"):
        named(name)
