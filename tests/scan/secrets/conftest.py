"""Real scanners on real trees and repositories. Secrets are made up anew for every run."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.gate import Options
from gatekeeper.core.model import Subject
from gatekeeper.scan.gate import SECRETS
from gatekeeper.scan.secrets.facts import SecretEvidence
from tests.conftest import RequestFactory

LETTERS = string.ascii_letters + string.digits
# One for all tests, so that patterns are compiled once: what a test must have looked at is unique.
SESSION_KEY = secrets.token_bytes(32)
Collect = Callable[..., SecretEvidence]


def harmless() -> bytes:
    """A line that no other test has had looked at."""
    return f"x = '{secrets.token_hex(8)}'\n".encode()


def token() -> str:
    """A GitHub token that no account has."""
    return "ghp_" + "".join(secrets.choice(LETTERS) for _ in range(36))


@pytest.fixture(scope="session")
def scanner_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def look(request_for: RequestFactory, scanner_cache: Path) -> Collect:
    """Collect the evidence of a folder."""

    def collect(
        root: Path,
        settings: Mapping[str, Any] | None = None,
        subject: Subject | None = None,
        diff: str | None = None,
        key: bytes = SESSION_KEY,
    ) -> SecretEvidence:
        request = request_for(
            SECRETS, root, settings=settings, subject=subject, options=Options(diff=diff)
        )
        return SECRETS.collect(replace(request, cache=scanner_cache, cache_key=key))

    return collect
