"""Writes the baseline of the code gate: what is found today, and is not accepted otherwise."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.core.gate import Context, Request
from gatekeeper.core.model import Finding
from gatekeeper.core.policy import Policy
from gatekeeper.scan.code import baseline
from gatekeeper.scan.code.settings import CodeSettings
from gatekeeper.scan.gate import CODE
from gatekeeper.wiring import environment, policies, subjects
from gatekeeper.wiring.catalog import catalog

_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many findings, and to which file."""

    path: Path
    findings: int


def write(
    root: Path, policy: Path | None, now: datetime, progress: Callable[[str, str], None]
) -> Written:
    """Scan everything and write the baseline that the policy names, or the usual one.

    Raises:
        EvidenceError: not everything could be looked at: what is not seen cannot be accepted.
        UsageError: the file cannot be written.
    """
    loaded = policies.load(root, None, policy)
    settings = loaded.policy.settings[CODE.name]
    if not isinstance(settings, CodeSettings):
        raise TypeError(settings)
    target = root / (settings.baseline or baseline.DEFAULT)
    found = _found(root, settings, loaded.policy, now, partial(progress, CODE.name))
    _replace(target, baseline.text(found))
    return Written(target, len(found))


def _found(
    root: Path,
    settings: CodeSettings,
    policy: Policy,
    now: datetime,
    progress: Callable[[str], None],
) -> tuple[Finding, ...]:
    """Return the findings that neither a waiver nor a proof accepts."""
    bare = settings.model_copy(update={"baseline": None, "new_only": False})
    request = Request(
        subject=subjects.resolve(root, None, None),
        settings=bare,
        root=root,
        rules=environment.rules_folder(),
        cache=environment.cache_folder(),
        environment=environment.slice_for(CODE, bare),
        deadline=_SECONDS,
        progress=progress,
        cache_key=environment.cache_key(),
        programs=environment.program_folders(),
    )
    judgement = CODE.judge(CODE.collect(request), bare, Context(now, catalog()))
    if judgement.failures or not judgement.checked:
        reason = judgement.failures[0].reason if judgement.failures else "nothing was looked at"
        raise EvidenceError(f"no baseline is written: {reason}", "mend that first")
    accepted = {waiver.fingerprint for waiver in (*policy.waivers, *judgement.waivers)}
    return tuple(one for one in judgement.findings if one.fingerprint not in accepted)


def _replace(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, delete=False
        ) as file:
            file.write(text)
        os.chmod(file.name, 0o644)  # noqa: PTH101 - a path as text
        Path(file.name).replace(target)
    except OSError as error:
        reason = f"{target} cannot be written: {error.strerror}"
        raise UsageError(reason, "name another file in the policy's `baseline`") from None
