"""An OSV service on this machine, which matches on its own: an oracle for our matching.

It shares no code with gatekeeper: versions are compared as the OSV schema's pseudocode says.
"""

from __future__ import annotations

import copy
import json
import threading
from collections import defaultdict
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


@contextmanager
def serving(folder):
    """Serve the records below a folder; yields the URL to query."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(records_of(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def records_of(folder):
    found = defaultdict(list)
    for path in sorted(folder.rglob("*.yaml")):
        record = yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        if "withdrawn" not in record:
            for name in {canonicalize_name(one["package"]["name"]) for one in record["affected"]}:
                found[name].append(record)
    return found


def _handler(records):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = canonicalize_name(query["package"]["name"])
            hit = [one for one in records[name] if is_affected(one, name, query["version"])]
            body = json.dumps({"vulns": [_served(one) for one in hit]} if hit else {}, default=str)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    return Handler


def _served(record):
    """The record, without the fixes that pip-audit would crash at: they are no versions."""
    kept = ("id", "aliases", "summary", "details", "affected")
    served = copy.deepcopy({key: record[key] for key in kept if key in record})
    for span in (span for one in served["affected"] for span in one.get("ranges", ())):
        span["events"] = [it for it in span["events"] if _is_version(it.get("fixed", "0"))]
    return served


def _is_version(text):
    try:
        return bool(Version(text))
    except InvalidVersion:
        return False


def is_affected(record, name, version):
    """The pseudocode of the schema, section `Evaluation`."""
    for one in record["affected"]:
        if canonicalize_name(one["package"]["name"]) != name:
            continue
        if _includes(one.get("versions", ()), version) or _in_ranges(one, version):
            return True
    return False


def _includes(listed, version):
    for text in listed:
        try:
            if Version(text) == Version(version):
                return True
        except InvalidVersion:
            continue
    return False


def _in_ranges(one, version):
    spans = (span for span in one.get("ranges", ()) if span["type"] != "GIT")
    try:
        return any(_in_range(span["events"], Version(version)) for span in spans)
    except InvalidVersion:
        # the schema says nothing of versions that cannot be compared: gatekeeper takes them for all
        return True


def _in_range(events, version):
    inside = False
    for event in sorted(events, key=_place):
        (kind, text), *_ = event.items()
        if kind == "introduced" and (text == "0" or version >= Version(text)):
            inside = True
        if kind == "fixed" and version >= Version(text):
            inside = False
        if kind == "last_affected" and version > Version(text):
            inside = False
    return inside


def _place(event):
    (_, text), *_ = event.items()
    return Version("0.dev0" if text == "0" else text)
