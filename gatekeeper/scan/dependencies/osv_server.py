"""Answers OSV queries from a folder of advisories, on this machine and for one run only."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from packaging.version import InvalidVersion

from gatekeeper.scan.dependencies.advisories import Advisories

_MAX_QUERY = 10_000


@contextmanager
def serving(advisories: Advisories) -> Iterator[str]:
    """Serve a database on a free port of the loopback interface; yields the URL to query."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(advisories))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(advisories: Advisories) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), _MAX_QUERY)
            try:
                answer = _answer(advisories, json.loads(self.rfile.read(length)))
            except (ValueError, KeyError, TypeError, InvalidVersion):
                self.send_error(HTTPStatus.BAD_REQUEST)
                return
            body = json.dumps(answer).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            """Say nothing: the report tells what was asked."""

    return Handler


def _answer(advisories: Advisories, query: dict[str, Any]) -> dict[str, Any]:
    found = advisories.affecting(query["package"]["name"], query["version"])
    return {"vulns": [advisory.served() for advisory in found]} if found else {}
