"""pip-audit, for its matching only: it is given names and versions, never a file of the tree.

Its exit status 1 means "vulnerable" as well as "crashed", so only a readable answer that speaks
of exactly the packages that were asked for is believed.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.occurrences import numbered
from gatekeeper.scan.scanners.answers import Answer, read
from gatekeeper.scan.scanners.interface import in_words, last_line

_UNREACHABLE = ("ConnectionError", "Max retries")
_LEFT_OUT = "WARNING:pip_audit._service"
_NO_PROXY = {"NO_PROXY": "127.0.0.1"}


class Known(Answer):
    """What is known of one version.

    Attributes:
        id: of the advisory.
        aliases: its other ids.
        fix_versions: versions that mend it, ascending.
        description: in the database's words.
    """

    id: str
    aliases: tuple[str, ...] = ()
    fix_versions: tuple[str, ...] = ()
    description: str = ""


class Matched(Answer):
    """One package's answer.

    Attributes:
        name: normalised.
        version: as asked; empty for a skipped package.
        skipped: why the service did not judge it; empty when it did.
        advisories: that the version falls under; told, if only as an empty list, unless skipped.
    """

    name: str
    version: str = ""
    skipped: Annotated[str, AfterValidator(in_words)] = Field("", alias="skip_reason")
    advisories: tuple[Known, ...] = Field((), alias="vulns")

    @model_validator(mode="after")
    def _tells(self) -> Self:
        if not self.skipped and "advisories" not in self.model_fields_set:
            raise ValueError("neither judged nor skipped")
        return self


class _Report(Answer):
    dependencies: tuple[Matched, ...]


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
    processes.require("pip-audit", find_spec("pip_audit"))
    deadline = time.monotonic() + seconds
    answers: list[Matched] = []
    for layer in layers(pins):
        left = deadline - time.monotonic()
        answers += _ask(layer, osv_url, environment, left)
    return answers


def layers(pins: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Split pins so that no part holds two versions of one name: pip-audit refuses that."""
    parts: dict[int, dict[str, str]] = defaultdict(dict)
    for (name, exact), occurrence in numbered(sorted(set(pins)), lambda pin: pin[0]):
        parts[occurrence][name] = exact
    return list(parts.values())


def _ask(
    pins: Mapping[str, str], osv_url: str | None, environment: Mapping[str, str], seconds: float
) -> tuple[Matched, ...]:
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


def _read(done: processes.Completed, pins: Mapping[str, str]) -> tuple[Matched, ...]:
    report = read(_Report, done.output)
    if report is None:
        raise ToolError(
            f"the advisory service gave no answer: {_last_words(done.said)}",
            "make api.osv.dev reachable (HTTPS_PROXY), or fetch its archive elsewhere and run "
            "`gatekeeper advisories sync --from FILE`",
        )
    _must_be_whole(done, report)
    _must_answer(report.dependencies, pins)
    return report.dependencies


def _must_answer(answers: Iterable[Matched], pins: Mapping[str, str]) -> None:
    """Refuse an answer that speaks of fewer or other packages than were asked for."""
    if lost := sorted(_unanswered(answers, pins)):
        raise ToolError(f"pip-audit left out {len(lost)} of {len(pins)} packages, e.g. {lost[0]}")
    if other := next((answer for answer in answers if answer.name not in pins), None):
        raise ToolError(f"pip-audit speaks of {in_words(other.name)}, which is not pinned")


def _must_be_whole(done: processes.Completed, report: _Report) -> None:
    """Refuse an answer that pip-audit did not end on, or left advisories out of."""
    vulnerable = any(answer.advisories for answer in report.dependencies)
    if done.status != int(vulnerable):
        raise ToolError(f"pip-audit ended with status {done.status}: {_last_words(done.said)}")
    if _LEFT_OUT in done.said:
        # it warns of an advisory that it does not understand, and goes on without it
        raise ToolError(f"pip-audit left out an advisory: {in_words(done.said)[:200]}")


def _unanswered(answers: Iterable[Matched], pins: Mapping[str, str]) -> set[str]:
    """Return the names that were neither skipped nor judged in the version that was asked for."""
    told = {*pins.items()} & {(answer.name, answer.version) for answer in answers}
    explained = (answer.name for answer in answers if answer.skipped)
    return set(pins).difference(dict(told), explained)


def _last_words(said: str) -> str:
    if any(sign in said for sign in _UNREACHABLE):
        return "it cannot be reached"
    return last_line(said)[:200] or "it said nothing"
