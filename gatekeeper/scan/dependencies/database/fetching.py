"""Brings an archive of advisories to this machine, whole, over a connection that is checked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.scan.scanners.interface import in_words

if TYPE_CHECKING:
    from requests import Response, Session

# Bytes: all of OSV's npm is about 200 MB.
_LARGEST = 2_000_000_000
_CHUNK = 1 << 20
# Seconds to connect, and between two parts of the answer.
_PATIENCE = (15.0, 60.0)
_HOSTS_OF_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
_STEP = (
    "make it reachable (HTTPS_PROXY), or fetch the archive elsewhere and name it with `--from FILE`"
)


def is_address(source: str) -> bool:
    """True for a source that must be fetched."""
    return "://" in source


def shown(source: str) -> str:
    """Return an address without what must not be repeated: credentials and queries."""
    if not is_address(source):
        return in_words(source)
    parts = urlsplit(source)
    return in_words(urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")))


@contextmanager
def fetched(url: str, environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the file that an address answers with; it is gone afterwards.

    Args:
        url: `https://`, or `http://` of this machine.
        environment: proxy settings and certificates for the way there.

    Raises:
        EvidenceError: the address or one that it leads to is not safe, or the answer too large.
        ToolError: it cannot be reached, or the answer breaks off.
    """
    with tempfile.NamedTemporaryFile(prefix="gatekeeper-", suffix=".zip") as file:
        _download(url, environment, file)
        file.flush()
        yield Path(file.name)


def _download(url: str, environment: Mapping[str, str], file: IO[bytes]) -> None:
    import requests

    _must_be_safe(url)
    try:
        with (
            _session(environment, url) as session,
            session.get(url, stream=True, timeout=_PATIENCE) as it,
        ):
            for step in (*it.history, it):
                _must_be_safe(step.url)
            it.raise_for_status()
            _copy(it, file)
    except requests.RequestException as error:
        reason = f"{shown(url)} gave no archive: {type(error).__name__}"
        raise ToolError(reason, _STEP) from None


def _session(environment: Mapping[str, str], url: str) -> Session:
    """Return a session that reads nothing else of the machine than what it is given."""
    import requests
    from requests.utils import should_bypass_proxies

    session = requests.Session()
    session.trust_env = False
    proxy = environment.get("HTTPS_PROXY")
    if proxy and not should_bypass_proxies(url, no_proxy=environment.get("NO_PROXY", "")):
        session.proxies = {"https": proxy}
    bundle = environment.get("REQUESTS_CA_BUNDLE") or environment.get("SSL_CERT_FILE")
    session.verify = bundle or True
    return session


def _must_be_safe(url: str) -> None:
    """Refuse a connection on which anybody could change what is answered."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in _HOSTS_OF_THIS_MACHINE
    ):
        return
    reason = f"{shown(url)} is no `https://` address: anybody on the way could leave advisories out"
    raise EvidenceError(reason, "use https, or fetch the archive yourself: `--from FILE`")


def _copy(answer: Response, file: IO[bytes]) -> None:
    size = 0
    for part in answer.iter_content(_CHUNK):
        size += len(part)
        if size > _LARGEST:
            reason = f"{shown(answer.url)} answers with more than {_LARGEST:,} bytes"
            raise EvidenceError(reason, "name the archive of one ecosystem")
        file.write(part)
