"""Recorded pull requests: exactly the documented shape, or a clear refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Subject
from gatekeeper.review.facts import Ends
from gatekeeper.review.gate import REVIEW
from gatekeeper.review.judge import judge
from gatekeeper.review.recorded import write_recording
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.source import open_source
from tests.conftest import NOW, RequestFactory
from tests.review.build import BASE, approved, facts, oid

Spoil = Callable[[dict[str, Any]], object]


def spoilt(folder: Path, spoil: Spoil) -> Path:
    path = write_recording(folder, approved())
    value = json.loads(path.read_text(encoding="utf-8"))
    spoil(value)
    path.write_text(json.dumps(value), encoding="utf-8")
    return folder


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "new", approved())
    source = open_source(tmp_path / "new", {}, 1.0)
    assert path.name == "pull-42.json"
    assert source.pull_request("acme/shop", 42) == approved()
    assert source.ends("acme/shop", 42) == Ends("acme/shop", 42, oid("b"), BASE, "main")
    assert source.name(42) == "recorded file pull-42.json"


def test_the_gate_reads_the_recording_and_needs_no_token(
    request_for: RequestFactory, tmp_path: Path
) -> None:
    write_recording(tmp_path, approved())
    subject = Subject("acme/shop", oid("b"), 42, BASE)
    facts = REVIEW.collect(request_for(REVIEW, tmp_path, recorded=tmp_path, subject=subject))
    assert facts.recorded
    read = facts.pull_request
    assert replace(read, content=None, owners=None) == approved()
    assert "not a git repository" in read.content.problem, "the recording's word is not taken"


def test_a_run_without_a_pull_request_reads_nothing(
    request_for: RequestFactory, tmp_path: Path
) -> None:
    facts = REVIEW.collect(request_for(REVIEW, tmp_path, recorded=tmp_path / "missing"))
    assert facts.pull_request is None


def test_a_workflow_that_names_no_pull_request_is_an_error(
    request_for: RequestFactory, tmp_path: Path
) -> None:
    given = {"GITHUB_ACTIONS": "true"}
    with pytest.raises(EvidenceError, match="no pull request is named") as refusal:
        REVIEW.collect(request_for(REVIEW, tmp_path, environment=given))
    assert "--pr NUMBER" in refusal.value.next_step


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda value: value.update(version=2), "version"),
        (lambda value: value.pop("pull_request"), "pull_request"),
        (lambda value: value["pull_request"].pop("reviews_complete"), "reviews_complete"),
        (lambda value: value["pull_request"].update(reviews=None), "reviews"),
        (lambda value: value["pull_request"].update(aproved=True), "aproved"),
        (lambda value: value["pull_request"].update(head_oid="main"), "head_oid"),
        (lambda value: value["pull_request"].update(commits_complete="yes"), "commits_complete"),
        (lambda value: value["pull_request"]["reviews"][0].update(state="OK"), "reviews.0.state"),
        (
            lambda value: value["pull_request"]["reviews"][0].update(
                submitted_at="2026-11-20T09:00:00"
            ),
            "reviews.0.submitted_at",
        ),
        (lambda value: value["pull_request"]["commits"][1].pop("author"), "commits.1.author"),
        (lambda value: value["pull_request"].update(number=7), "#7, not #42"),
    ],
)
def test_a_recording_of_another_shape_is_refused_with_file_and_field(
    tmp_path: Path, spoil: Spoil, field: str
) -> None:
    source = open_source(spoilt(tmp_path, spoil), {}, 1.0)
    with pytest.raises(EvidenceError, match=r"pull-42\.json") as refused:
        source.pull_request("acme/shop", 42)
    assert field in refused.value.reason
    assert refused.value.next_step


def test_a_recording_from_before_the_newer_fields_is_read_and_lacks_them(tmp_path: Path) -> None:
    """What it does not hold counts as not read, so it passes nothing that would need it."""

    def spoil(value: dict[str, Any]) -> None:
        pull = value["pull_request"]
        for name in ("pushes", "repository_id", "head_repository_id", "merge", "requested_by",
                     "rule_suites", "content", "owners", "teams"):  # fmt: skip
            pull.pop(name)
        for commit in pull["commits"]:
            commit.pop("subject")
        for review in pull["reviews"]:
            review.pop("permission_then")

    source = open_source(spoilt(tmp_path, spoil), {}, 1.0)
    pull = source.pull_request("acme/shop", 42)
    assert (pull.pushes, pull.content, pull.owners, pull.merge) == (None, None, None, None)
    judgement = judge(facts(pull), ReviewSettings(), Context(NOW, Catalog({})))
    assert [failure.reason for failure in judgement.failures] == [
        "it is not known who pushed to feature/checkout: nobody asked the host who pushed"
    ]


@pytest.mark.parametrize("data", [b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pull-42.json").write_bytes(data)
    with pytest.raises(EvidenceError, match=r"pull-42\.json"):
        open_source(tmp_path, {}, 1.0).ends("acme/shop", 42)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"pull-42\.json cannot be read: No such file"):
        open_source(tmp_path, {}, 1.0).pull_request("acme/shop", 42)


def test_a_cut_off_recording_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    path = write_recording(tmp_path, approved())
    whole = path.read_bytes().rstrip()
    for length in range(0, len(whole), 37):
        path.write_bytes(whole[:length])
        with pytest.raises(EvidenceError):
            open_source(tmp_path, {}, 1.0).pull_request("acme/shop", 42)
