"""The compiled database: what it holds, and what it refuses, from folders of real files."""

from __future__ import annotations

import json
import os
import sqlite3
import tarfile
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.model import Verdict
from gatekeeper.scan.dependencies import advisories
from gatekeeper.scan.dependencies.database import index, severity
from gatekeeper.scan.dependencies.database.ecosystems import NPM, PYPI
from gatekeeper.scan.dependencies.database.entry import compiled, from_written
from gatekeeper.scan.dependencies.database.record import Grade, Record
from gatekeeper.scan.dependencies.merging import grouped, merged, named
from gatekeeper.scan.scanners import pip_audit
from tests.conftest import ROOT
from tests.scan.dependencies.conftest import KEY
from tests.scan.dependencies.osv_server import serving
from tests.scan.dependencies.test_collect import advisory

PYPA = ROOT.parent / "shared" / "data" / "pypa-advisories.tar.xz"


@contextmanager
def opened(folder, ecosystem=PYPI):
    kept = advisories.Kept(folder.parent / "cache", KEY)
    with advisories.opened(folder, kept, "", ecosystem) as found:
        yield found


def affecting(folder, name, version, ecosystem=PYPI):
    with opened(folder, ecosystem) as found:
        return found.affecting(name, version)


def about(folder):
    with opened(folder) as found:
        return found.about


def listed(*versions, **more):
    record = advisory()
    record["affected"][0] |= {"ranges": [], "versions": [*versions], **more}
    return record


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"id": "X"}',
        json.dumps(advisory(modified="yesterday")),
        json.dumps(advisory(modified="0001-01-01T00:00:00+14:00")),
    ],
)
def test_a_file_that_is_no_advisory_is_an_error(tree, text):
    (tree / "advisories" / "broken.json").write_text(text)
    with pytest.raises(EvidenceError, match=r"broken\.json"):
        about(tree / "advisories")


def test_the_age_is_the_older_one_of_the_newest_record_and_of_the_synchronisation(tree):
    folder = tree / "advisories"
    assert about(folder).as_of == datetime(2026, 11, 22, 8, tzinfo=UTC)
    (folder / "database.json").write_text('{"synced_at": "2026-11-23T09:00:00+01:00"}')
    assert about(folder).as_of == datetime(2026, 11, 22, 8, tzinfo=UTC)
    (folder / "database.json").write_text('{"synced_at": "2026-11-21T09:00:00+01:00"}')
    assert about(folder).as_of == datetime(2026, 11, 21, 8, tzinfo=UTC)
    never = '{"synced_at": "0001-01-01T00:00:00+14:00"}'
    for text in ('{"synced": "lately"}', "[]", "[" * 100_000, never):
        (folder / "database.json").write_text(text)
        with pytest.raises(EvidenceError):
            about(folder)


def test_withdrawn_and_foreign_records_do_not_count(tree):
    folder = tree / "advisories"
    (folder / "click.json").write_text(json.dumps(advisory("click")))
    (folder / "demo.json").write_text(json.dumps(advisory(withdrawn="2026-11-22T09:00:00Z")))
    foreign = advisory("elsewhere")
    foreign["affected"][0]["package"]["ecosystem"] = "npm"
    (folder / "foreign.json").write_text(json.dumps(foreign))
    assert about(folder).records == 1
    assert affecting(folder, "flask", "1.0") == affecting(folder, "elsewhere", "1.0") == ()
    assert affecting(folder, "elsewhere", "1.0.0", NPM)
    (folder / "click.json").unlink()
    with pytest.raises(EvidenceError, match="no advisory for PyPI"):
        about(folder)


@pytest.mark.parametrize(
    ("events", "version", "affected"),
    [
        ([{"introduced": "0"}, {"fixed": "2.0"}], "1.9", True),
        ([{"introduced": "0"}, {"fixed": "2.0"}], "2.0", False),
        ([{"introduced": "0"}, {"fixed": "2.0"}], "2.0rc1", True),
        ([{"introduced": "1.0"}, {"last_affected": "2.0"}], "2.0", True),
        ([{"introduced": "1.0"}, {"last_affected": "2.0"}], "2.0.1", False),
        ([{"fixed": "2.0"}, {"introduced": "1.0"}], "0.9", False),
        ([{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}], "1.5", False),
        ([{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}], "2.5", True),
        ([{"introduced": "0"}, {"fixed": "1.0"}], "0a1", True),
        ([{"introduced": "1.0"}, {"limit": "2.0"}], "1.5", True),
        ([{"introduced": "1.0", "fixed": "2.0"}], "1.5", True),
        ([{"introduced": "1.0"}, {"fixed": "1.0"}], "1.0", False),
        # a range that does not say where it begins says nothing: it means all
        ([], "9.9", True),
        ([{"fixed": "2.0"}], "1.0", True),
        ([{"Introduced": "0"}, {"fixed": "2.0"}], "1.0", True),
    ],
)
def test_ranges_are_walked_as_the_schema_says(tree, events, version, affected):
    record = advisory()
    record["affected"][0]["ranges"][0]["events"] = events
    (tree / "advisories" / "demo.json").write_text(json.dumps(record))
    assert bool(affecting(tree / "advisories", "flask", version)) is affected


@pytest.mark.parametrize("kind", ["ECOSYSTEM", "Ecosystem", "SEMVER"])
@pytest.mark.parametrize("ecosystem", ["PyPI", "pypi", "PyPI:mirror"])
def test_a_record_counts_however_its_kind_is_spelled(tree, kind, ecosystem):
    record = advisory()
    record["affected"][0]["package"]["ecosystem"] = ecosystem
    record["affected"][0] |= {"versions": ["1.0"]}
    record["affected"][0]["ranges"][0]["type"] = kind
    (tree / "advisories" / "demo.json").write_text(json.dumps(record))
    assert affecting(tree / "advisories", "flask", "2.0")


def test_ranges_of_commits_do_not_widen_listed_versions(tree):
    commits = [{"type": "GIT", "events": [{"introduced": "0"}, {"fixed": "abcdef"}]}]
    record = listed("1.0", ranges=commits)
    (tree / "advisories" / "demo.json").write_text(json.dumps(record))
    found = [bool(affecting(tree / "advisories", "flask", text)) for text in ("1.0", "1.1")]
    assert found == [True, False]


def test_a_record_may_speak_of_code_that_is_no_package(tree):
    record = advisory()
    record["affected"].insert(0, {"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]})
    (tree / "advisories" / "demo.json").write_text(json.dumps(record))
    assert affecting(tree / "advisories", "flask", "2.0")


def test_the_fixes_of_every_branch_are_told(tree):
    record = advisory()
    record["affected"] += advisory(fixed="3.0.1")["affected"] + advisory("other")["affected"]
    (tree / "advisories" / "demo.json").write_text(json.dumps(record))
    (found,) = affecting(tree / "advisories", "flask", "2.0")
    assert list(found.fixed) == ["2.2.5", "3.0.1"]


def test_records_are_found_by_suffix_in_any_case_and_in_any_folder(tree):
    (tree / "advisories" / "demo.json").rename(tree / "advisories" / "DEMO.JSON")
    inner = tree / "advisories" / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "click.YAML").write_text(json.dumps(advisory("click")))
    assert about(tree / "advisories").records == 2


def test_a_folder_of_records_that_is_not_followed_or_listed_is_an_error(tree, monkeypatch):
    inner = tree / "advisories" / "inner"
    inner.symlink_to(tree)
    with pytest.raises(EvidenceError, match="is a link"):
        about(tree / "advisories")
    inner.unlink()
    inner.mkdir()
    real = os.scandir

    def scandir(path):
        if str(path).endswith("inner"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(EvidenceError, match="`inner` of advisories cannot be listed"):
        about(tree / "advisories")


def test_two_records_of_one_id_are_refused(tree):
    (tree / "advisories" / "again.json").write_text(json.dumps(advisory("Flask")))
    with pytest.raises(EvidenceError, match="two advisories have the id DEMO-Flask"):
        about(tree / "advisories")


def test_a_record_that_does_not_say_which_versions_means_all(tree):
    record = advisory()
    del record["affected"][0]["ranges"]
    (tree / "advisories" / "demo.json").write_text(json.dumps(record))
    assert affecting(tree / "advisories", "flask", "9.9")


def test_a_record_whose_versions_cannot_be_compared_means_all(tree, judged):
    (tree / "advisories" / "demo.json").write_text(json.dumps(advisory(fixed="0.2.0-n653")))
    (tree / "requirements.txt").write_text("flask==9.9\n")
    assert judged(tree).verdict is Verdict.FAIL


@pytest.fixture(scope="module")
def pypa(tmp_path_factory):
    """The real advisories of the Python packaging authority."""
    if not PYPA.exists():
        pytest.skip(f"the snapshot of real advisories is not beside this checkout: {PYPA.name}")
    folder = tmp_path_factory.mktemp("pypa") / "advisories"
    with tarfile.open(PYPA) as archive:
        archive.extractall(folder, filter="data")
    return folder


def sample(folder):
    """Real names, each with a version that a record speaks of and one that none may know."""
    names = sorted({path.parent.name for path in folder.rglob("*.yaml")})
    for place, name in enumerate(names):
        yield (
            canonicalize_name(name),
            ("1.0", "2.1.3", "0.5rc1", "4.2.1", "1!0.1", "3.1.post1")[place % 6],
        )


def test_real_advisories_are_matched_exactly_as_pip_audit_matches_them(pypa):
    pins = [*list(sample(pypa))[::2], ("django", "4.2.1"), ("django", "3.2rc1"), ("nothing", "1")]
    with serving(pypa) as url:
        asked = pip_audit.audit(pins, osv_url=url, environment={}, seconds=200)
    told = {(one.name, one.version): ids_of(one.advisories) for one in asked}
    with opened(pypa) as found:
        assert found.about.records > 2000
        ours = {(name, text): ids_of(merge(found, name, text)) for name, text in pins}
    assert ours == told
    assert sum(map(bool, ours.values())) > 100


def merge(found, name, version):
    groups = grouped(found.affecting(name, version))
    return [merged(name, version, group, found.ecosystem) for group in groups]


def ids_of(flaws):
    """The weaknesses of a version, each by all its ids."""
    return {frozenset({one.id, *one.aliases}) for one in flaws}


VERSIONS = st.sampled_from(["0", "0.1a1", "0.1", "1.0", "1.0.0", "1.5", "2.0rc1", "2.0", "1!0.1"])
KINDS = st.sampled_from(["introduced", "fixed", "last_affected", "limit"])


def holds(version, events):
    """The last event that has come by a version is an introduction."""
    steps = sorted((Version("0.dev0" if t == "0" else t), k != "introduced", k) for k, t in events)
    come = [
        kind
        for at, _, kind in steps
        if version > at or (version == at and kind in {"introduced", "fixed"})
    ]
    return bool(come) and [k for k in come if k != "limit"][-1:] == ["introduced"]


@given(st.lists(st.tuples(KINDS, VERSIONS), min_size=1, max_size=6), VERSIONS)
def test_any_order_of_events_means_the_same(events, text):
    if "introduced" not in dict(events):
        events = [("introduced", "0"), *events]
    record = advisory()
    record["affected"][0]["ranges"][0]["events"] = [{kind: at} for kind, at in events]
    entry = compiled(Record.model_validate(record), PYPI)["flask"]
    again = from_written(json.loads(json.dumps(entry.written())))
    exact = Version(text)
    assert entry.holds(exact, PYPI) is again.holds(exact, PYPI) is holds(exact, events)


@pytest.mark.parametrize(
    ("kind", "vector", "score"),
    [
        ("CVSS_V2", "AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8),
        ("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS_V3", "CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),
        ("CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3),
        ("CVSS_V3", "CVSS:3.1/AV:N", None),
        ("CVSS_V3", "9.8", None),
        ("Ubuntu", "high", None),
    ],
)
def test_vectors_of_every_version_are_scored(kind, vector, score):
    assert severity.score_of(Grade(type=kind, score=vector)) == score


CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"database_specific": {"severity": "MODERATE"}}, ("medium", None, None, False)),
        ({"database_specific": None}, (None, None, None, False)),
        ({"severity": [{"type": "CVSS_V3", "score": CRITICAL}]}, ("critical", 9.8, None, False)),
        ({"database_specific": {"epss": 0.25, "kev": True}}, (None, None, 0.25, True)),
        ({"database_specific": {"epss": {"percentage": "0.9"}}}, (None, None, 0.9, False)),
        ({"database_specific": {"epss": "often", "kev": []}}, (None, None, None, False)),
        ({"id": "MAL-2026-1", "database_specific": None}, ("critical", None, None, False)),
    ],
)
def test_the_worst_grade_of_a_record_counts(more, expected):
    bad = compiled(Record.model_validate(advisory(**more)), PYPI)["flask"]
    assert (bad.severity, bad.score, bad.epss, bad.exploited) == expected


def test_records_of_one_weakness_are_one_finding_with_the_worst_of_both(tree, judged):
    first = advisory(id="PYSEC-2026-1", aliases=["CVE-2026-9"], database_specific=None)
    second = advisory(id="GHSA-x", aliases=["CVE-2026-9"], fixed="2.2.6", summary="worse")
    (tree / "advisories" / "demo.json").write_text(json.dumps(first))
    (tree / "advisories" / "more.json").write_text(json.dumps(second))
    (tree / "requirements.txt").write_text("flask==2.0.1\n")
    result = judged(tree)
    (finding,) = result.findings
    assert "falls under CVE-2026-9 (GHSA-x, PYSEC-2026-1)" in finding.message
    assert "fixed in 2.2.5, 2.2.6" in finding.message
    assert finding.severity.label == "critical"
    # 2.2.5 mends one record only
    assert result.next_steps == ("raise flask from 2.0.1 to 2.2.6 or later",)


def test_ids_lead_by_what_people_search_for():
    assert named(["PYSEC-1", "GHSA-2", "CVE-3", "X-4"]) == ("CVE-3", ("GHSA-2", "PYSEC-1", "X-4"))


def test_npm_versions_are_ordered_as_semver_says(tree):
    record = advisory("@Scope/pkg", fixed="2.0.0")
    record["affected"][0]["package"]["ecosystem"] = "npm"
    record["affected"][0]["ranges"][0]["type"] = "SEMVER"
    (tree / "advisories" / "npm.json").write_text(json.dumps(record))
    folder = tree / "advisories"
    found = [
        bool(affecting(folder, "@Scope/pkg", text, NPM))
        for text in ("1.9.9", "2.0.0-rc.1", "2.0.0", "2.0.0+build")
    ]
    assert found == [True, True, False, False]
    with pytest.raises(EvidenceError, match="cannot be compared"):
        affecting(folder, "@Scope/pkg", "latest", NPM)


def damage(path, how):
    data = path.read_bytes()
    if how == "shortened":
        path.write_bytes(data[: len(data) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "text":
        path.write_bytes(b"no database")
    else:
        with sqlite3.connect(path) as store:
            store.execute(how)
        store.close()


@pytest.mark.parametrize(
    "how",
    [
        "shortened",
        "empty",
        "text",
        "DELETE FROM packages",
        "UPDATE packages SET name = 'zzz' WHERE name = 'flask'",
        "UPDATE about SET value = '2027-01-01T00:00:00+00:00' WHERE key = 'newest'",
        "UPDATE about SET value = '' WHERE key = 'seal'",
        "DELETE FROM about WHERE key = 'seal'",
        "UPDATE packages SET body = '[]'",
        "UPDATE packages SET name = 'other'",
        "UPDATE about SET value = '1' WHERE key = 'format'",
        "DELETE FROM about WHERE key = 'newest'",
        "DROP TABLE packages",
    ],
)
def test_a_damaged_database_never_answers_that_nothing_is_known(tree, how):
    folder = tree / "advisories"
    about(folder)
    (path,) = (folder.parent / "cache").rglob("*.sqlite")
    damage(path, how)
    with pytest.raises(EvidenceError, match=r"damaged|was changed"):
        ask_whole(path)


def ask_whole(path):
    with index.opened(path, KEY) as found:
        found.verify()
        assert found.affecting("flask", "2.0")


def test_a_compiled_folder_that_somebody_else_wrote_is_made_anew(tree):
    folder = tree / "advisories"
    about(folder)
    (path,) = (folder.parent / "cache").rglob("*.sqlite")
    damage(path, "DELETE FROM packages")
    assert affecting(folder, "flask", "2.0")
    with advisories.opened(folder, advisories.Kept(tree / "none", b"")) as found:
        assert found.affecting("flask", "2.0")
    assert not (tree / "none").exists()
