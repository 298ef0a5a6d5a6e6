"""pip-audit, for its matching only: it is given names and versions, never a file of the tree.

Its exit status 1 means "vulnerable" as well as "crashed", so only a readable answer that speaks
of exactly the packages that were asked for is believed.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.scanners.interface import in_words

_NO_PROXY = {"NO_PROXY": "127.0.0.1"}


@dataclass(frozen=True, slots=True)
class Matched:
    """One package's answer.

    Attributes:
        name: normalised.
        version: as asked; empty for a skipped package.
        skipped: why the service did not judge it; empty when it did.
        advisories: id, aliases, fix_versions and description of each, as pip-audit writes them.
    """

    name: str
    version: str
    skipped: str
    advisories: tuple[Mapping[str, Any], ...]


def tool() -> str:
    """Return the name and version of the tool."""
    return f"pip-audit {version('pip-audit')}"


def audit(
    pins: Iterable[tuple[str, str]],
    *,
    osv_url: str | None,
    environment: Mapping[str, str],
    seconds: float,
) -> list[Matched]:
    """Ask the OSV service about exact versions.

    Args:
        pins: names and versions; a name may come with several versions.
        osv_url: where to ask instead of osv.dev.
        environment: proxy settings for the way there.
        seconds: how long it may take.

    Raises:
        ToolError: the service cannot be reached, or its answer is not complete.
    """
    deadline = time.monotonic() + seconds
    answers: list[Matched] = []
    for layer in layers(pins):
        left = deadline - time.monotonic()
        answers += _ask(layer, osv_url, environment, left)
    return answers


def layers(pins: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Split pins so that no part holds two versions of one name: pip-audit refuses that."""
    parts: list[dict[str, str]] = []
    for name, exact in sorted(set(pins)):
        part = next((part for part in parts if name not in part), None)
        if part is None:
            part = {}
            parts.append(part)
        part[name] = exact
    return parts


def _ask(
    pins: Mapping[str, str], osv_url: str | None, environment: Mapping[str, str], seconds: float
) -> list[Matched]:
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        listed = Path(folder) / "pins.txt"
        lines = "".join(f"{name}=={exact}\n" for name, exact in pins.items())
        listed.write_text(lines, encoding="utf-8")
        command = processes.python(
            *("-m", "pip_audit", "--no-deps", "--disable-pip", "-r", str(listed)),
            *("--format", "json", "--progress-spinner", "off", "--cache-dir", folder),
            *("--vulnerability-service", "osv"),
            *(("--osv-url", osv_url) if osv_url else ()),
        )
        proxies = {**environment, **(_NO_PROXY if osv_url else {})}
        done = processes.run("pip-audit", command, timeout=seconds, environment=proxies)
    return _read(done, pins)


def _read(done: processes.Completed, pins: Mapping[str, str]) -> list[Matched]:
    try:
        listed = json.loads(done.output)["dependencies"]
        answers = [_matched(item) for item in listed]
    except (ValueError, KeyError, TypeError):
        raise ToolError(
            f"the advisory service gave no answer: {_last_words(done)}",
            "make api.osv.dev reachable (HTTPS_PROXY), or name a folder of advisories in the "
            "policy",
        ) from None
    told = {(answer.name, answer.version) for answer in answers if not answer.skipped}
    skipped = {answer.name for answer in answers if answer.skipped}
    missing = [name for name, exact in pins.items() if (name, exact) not in told]
    if unexplained := sorted(set(missing) - skipped):
        raise ToolError(f"pip-audit left out {len(unexplained)} packages, e.g. {unexplained[0]}")
    return answers


def _last_words(done: processes.Completed) -> str:
    if "ConnectionError" in done.said or "Max retries" in done.said:
        return "it cannot be reached"
    return in_words(done.said.splitlines()[-1])[:200] if done.said else "it said nothing"


def _matched(item: Mapping[str, Any]) -> Matched:
    return Matched(
        name=item["name"],
        version=item.get("version", ""),
        skipped=in_words(item.get("skip_reason", "")),
        advisories=tuple(item.get("vulns", ())),
    )
