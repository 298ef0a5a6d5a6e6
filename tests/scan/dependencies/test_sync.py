"""A database is replaced by something better, or not at all: real archives, a real server."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gatekeeper.core.errors import EvidenceError, GatekeeperError, ToolError, UsageError
from gatekeeper.core.model import Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.scan.dependencies.database import fetching, index, reading
from gatekeeper.scan.dependencies.database.ecosystems import NPM, PYPI
from gatekeeper.scan.dependencies.database.places import database_file
from gatekeeper.scan.dependencies.database.sync import Plan, sync
from gatekeeper.scan.gate import DEPENDENCIES
from tests.conftest import NOW
from tests.scan.dependencies.conftest import KEY
from tests.scan.dependencies.test_collect import advisory


def archive(path, *records, **entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for record in records:
            made.writestr(f"{record['id']}.json", json.dumps(record))
        for name, data in entries.items():
            made.writestr(name, data)
    return path


def several(count, **more):
    return [advisory(f"package-{number}", **more) for number in range(count)]


@pytest.fixture
def plan(tmp_path):
    def build(source, **more):
        given = {"ecosystem": PYPI, "environment": {}, "key": KEY, "now": NOW, **more}
        return Plan(source=str(source), cache=tmp_path / "cache", **given)

    return build


def read(tmp_path, ecosystem=PYPI):
    with index.opened(database_file(tmp_path / "cache", ecosystem), KEY) as found:
        found.verify()
        return found.about


@pytest.fixture
def synced(tmp_path, plan):
    sync(plan(archive(tmp_path / "good.zip", *several(10))))
    return database_file(tmp_path / "cache", PYPI).read_bytes()


def test_an_archive_is_compiled_with_its_age_and_source(tmp_path, plan):
    done = sync(plan(archive(tmp_path / "all.zip", *several(3), readme="text")))
    assert (done.about.records, done.about.packages, done.before) == (3, 3, None)
    assert done.about.synced_at == NOW
    assert done.about.newest == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert read(tmp_path) == done.about
    assert [path.name for path in (tmp_path / "cache" / "advisories").iterdir()] == ["pypi.sqlite"]


def test_a_folder_is_compiled_too(tmp_path, plan):
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "one.json").write_text(json.dumps(advisory()))
    assert sync(plan(folder)).about.records == 1


def bomb(path):
    return archive(path, advisory(), **{"bomb.json": b" " * (reading.MAX_RECORD + 1)})


def truncated(path):
    data = archive(path, *several(50)).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def flipped(path):
    data = bytearray(archive(path, advisory(summary=os.urandom(2000).hex())).read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    return path


def lying(path):
    """A file whose header tells another size than it has."""
    data = archive(path, advisory()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        size = made.infolist()[0].file_size
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little")))
    return path


def linked(path):
    info = zipfile.ZipInfo("link.json")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive(path, advisory()), "a") as made:
        made.writestr(info, "/etc/passwd")
    return path


def twice(path):
    with (
        zipfile.ZipFile(archive(path, advisory()), "a") as made,
        pytest.warns(UserWarning, match="Duplicate"),
    ):
        made.writestr("DEMO-flask.json", json.dumps(advisory()))
    return path


def of(*records, **entries):
    return lambda path: archive(path, *records, **entries)


FOREIGN = advisory()
FOREIGN["affected"] = [{**FOREIGN["affected"][0], "package": {"ecosystem": "npm", "name": "x"}}]
HOSTILE = {
    "a bomb": (bomb, "larger than an advisory"),
    "broken off": (truncated, "damaged or shortened"),
    "a bit that fell over": (flipped, "damaged or shortened"),
    "a lie about sizes": (lying, "size|damaged"),
    "a link": (linked, "holds a link"),
    "one name twice": (twice, "two files of one name"),
    "one id twice": (of(advisory(), again=b"", **{"a.json": json.dumps(advisory())}), "the id"),
    "a way out": (of(advisory(), **{"../../evil.json": "{}"}), "leads out"),
    "an absolute path": (of(advisory(), **{"/etc/evil.json": "{}"}), "leads out"),
    "a drive": (of(advisory(), **{"C:\\evil.json": "{}"}), "leads out"),
    "no record": (of(advisory(), **{"x.json": "{}"}), r"x\.json is not an OSV record"),
    "another ecosystem": (of(FOREIGN), "no advisory for PyPI"),
    "nothing": (of(), "no advisory for PyPI"),
    "only what was withdrawn": (
        of(advisory(withdrawn="2026-11-22T09:00:00Z")),
        "no advisory for PyPI",
    ),
    "the future": (of(*several(10, modified="2027-01-01T00:00:00Z")), "dated in the future"),
    "half of it": (of(*several(4)), "holds 4 advisories, and the database in use 10"),
    "what was known before": (of(*several(10, modified="2026-11-01T00:00:00Z")), "newest"),
    "text": (lambda path: path.write_text("no archive") and path, "damaged or shortened"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_trusted_leaves_the_database_as_it_was(tmp_path, plan, synced, name):
    make, said = HOSTILE[name]
    with pytest.raises(EvidenceError, match=said) as caught:
        sync(plan(make(tmp_path / "hostile.zip")))
    assert caught.value.next_step
    folder = tmp_path / "cache" / "advisories"
    assert database_file(tmp_path / "cache", PYPI).read_bytes() == synced
    assert [path.name for path in folder.iterdir()] == ["pypi.sqlite"]


def test_less_is_taken_when_that_is_asked_for(tmp_path, plan, synced):
    source = archive(tmp_path / "few.zip", *several(2, modified="2026-11-01T00:00:00Z"))
    assert sync(plan(source, accept_less=True)).before.records == 10
    assert read(tmp_path).records == 2


def test_a_damaged_database_is_replaced(tmp_path, plan, synced):
    database_file(tmp_path / "cache", PYPI).write_bytes(synced[:100])
    assert sync(plan(archive(tmp_path / "good.zip", *several(2)))).before is None
    assert read(tmp_path).records == 2


def test_a_source_that_is_not_there_is_a_mistake_of_the_command(plan, tmp_path):
    with pytest.raises(UsageError):
        sync(plan(tmp_path / "missing"))


def test_a_sync_that_is_killed_while_it_writes_leaves_the_old_database(
    tmp_path, plan, synced, monkeypatch
):
    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("gatekeeper.scan.dependencies.database.sync.os.fsync", die)
    with pytest.raises(KeyboardInterrupt):
        sync(plan(archive(tmp_path / "more.zip", *several(20))))
    assert database_file(tmp_path / "cache", PYPI).read_bytes() == synced


@pytest.fixture
def mirror(tmp_path):
    """A server on this machine; what it answers is set by path."""
    answers = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, body = answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield answers, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_mirror_is_asked_and_its_credentials_are_not_kept(tmp_path, plan, mirror):
    answers, url = mirror
    data = archive(tmp_path / "all.zip", *several(3)).read_bytes()
    answers["/all.zip?token=s3cret"] = (200, {"Content-Length": str(len(data))}, data)
    asked = f"{url.replace('//', '//user:pass@')}/all.zip?token=s3cret"
    done = sync(plan(asked))
    assert done.about.source == f"{url}/all.zip"


def test_an_answer_that_breaks_off_is_refused(tmp_path, plan, mirror, synced):
    answers, url = mirror
    data = archive(tmp_path / "all.zip", *several(30)).read_bytes()
    answers["/all.zip"] = (200, {"Content-Length": str(len(data))}, data[:-500])
    with pytest.raises(ToolError, match="gave no archive"):
        sync(plan(f"{url}/all.zip"))
    assert database_file(tmp_path / "cache", PYPI).read_bytes() == synced


@pytest.mark.parametrize(
    ("status", "headers"),
    [(404, {}), (500, {}), (302, {"Location": "http://example.invalid/x.zip"})],
)
def test_an_answer_that_is_no_archive_is_refused(plan, mirror, status, headers):
    answers, url = mirror
    answers["/all.zip"] = (status, headers, b"")
    with pytest.raises(GatekeeperError):
        sync(plan(f"{url}/all.zip"))


@pytest.mark.parametrize(
    "url", ["http://example.com/all.zip", "ftp://example.com/all.zip", "file:///etc/passwd"]
)
def test_only_a_safe_connection_is_used(plan, url):
    with pytest.raises(EvidenceError, match="https"):
        sync(plan(url))


def test_an_answer_without_end_is_refused(plan, mirror, monkeypatch):
    answers, url = mirror
    monkeypatch.setattr(fetching, "_LARGEST", 1000)
    answers["/all.zip"] = (200, {}, b"x" * 5000)
    with pytest.raises(EvidenceError, match="more than 1,000 bytes"):
        sync(plan(f"{url}/all.zip"))


@pytest.fixture
def judged(request_for, context, tmp_path):
    def run(root):
        request = request_for(DEPENDENCIES, root)
        judgement = DEPENDENCIES.judge(DEPENDENCIES.collect(request), request.settings, context)
        return conclude(Outcome("dependencies", 0.0, judgement), (), NOW)

    return run


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (root / "requirements.txt").write_text("package-3==1.0\nclick==8.1.7\n")
    return root


def test_the_gate_asks_the_database_that_was_synchronised(project, judged, synced, tmp_path):
    result = judged(project)
    assert result.verdict is Verdict.FAIL
    assert [finding.where.package for finding in result.findings] == ["package-3@1.0"]
    assert (
        f"10 advisories of PyPI from {tmp_path / 'good.zip'}, as of 2026-11-22" in result.checked[0]
    )


@pytest.mark.parametrize(
    ("synced_at", "newest"),
    [
        (NOW - timedelta(days=8), "2026-11-15T00:00:00Z"),
        # an old copy that was fetched a minute ago is as old as what it knows
        (NOW - timedelta(minutes=1), "2026-11-15T00:00:00Z"),
    ],
)
def test_an_old_database_is_no_answer(project, judged, plan, tmp_path, synced_at, newest):
    source = archive(tmp_path / "old.zip", *several(3, modified=newest))
    sync(plan(source, now=synced_at))
    result = judged(project)
    assert result.verdict is Verdict.ERROR
    assert "old; the policy allows 7d" in result.reason
    assert result.next_steps[0] == "run `gatekeeper advisories sync`"


def test_a_damaged_database_is_no_answer(project, judged, tmp_path, synced):
    database_file(tmp_path / "cache", PYPI).write_bytes(synced[:5000])
    result = judged(project)
    assert result.verdict is Verdict.ERROR
    assert "damaged" in result.reason


def test_a_database_that_somebody_else_wrote_is_no_answer(project, judged, plan, tmp_path):
    sync(plan(archive(tmp_path / "empty.zip", advisory("other")), key=b"k" * 32))
    result = judged(project)
    assert result.verdict is Verdict.ERROR
    assert "written by another user or machine" in result.reason
    assert "GATEKEEPER_CACHE_KEY" in result.next_steps[0]


def test_without_a_key_nothing_is_synchronised(plan, tmp_path):
    with pytest.raises(UsageError, match="no key"):
        sync(plan(archive(tmp_path / "all.zip", advisory()), key=b""))


def gatekeeper(tmp_path, *args):
    environment = {
        **os.environ,
        "GATEKEEPER_CACHE_DIR": str(tmp_path / "cache"),
        "GATEKEEPER_CACHE_KEY": "k" * 32,
    }
    return subprocess.run(
        [sys.executable, "-m", "gatekeeper.cli.main", "advisories", *args],
        capture_output=True,
        text=True,
        env=environment,
    )


def test_the_command_synchronises_and_tells_the_state(tmp_path):
    assert gatekeeper(tmp_path, "status").returncode == 3
    source = archive(
        tmp_path / "all.zip",
        *several(3, modified="2024-01-02T00:00:00Z"),
    )
    done = gatekeeper(tmp_path, "sync", "--from", str(source))
    assert (done.returncode, done.stdout) == (
        0,
        "3 advisories on 3 packages of pypi, the newest of 2024-01-02\n",
    )
    told = gatekeeper(tmp_path, "status")
    assert told.returncode == 0
    assert "PyPI: 3 advisories on 3 packages" in told.stdout
    assert "npm: none; run `gatekeeper advisories sync --ecosystem npm`" in told.stdout
    refused = gatekeeper(tmp_path, "sync", "--ecosystem", "npm", "--from", str(source))
    assert refused.returncode == 3
    assert "no advisory for npm" in refused.stderr
    assert not database_file(tmp_path / "cache", NPM).exists()
