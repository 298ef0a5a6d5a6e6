"""Builds what `gatekeeper staging` works with."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import add
from pathlib import Path

from gatekeeper.core import references
from gatekeeper.staging import canaries
from gatekeeper.staging.detector_files import load_detectors
from gatekeeper.staging.fingerprints import files
from gatekeeper.staging.fingerprints.fingerprint import Fingerprint
from gatekeeper.staging.fingerprints.keys import VARIABLE, keys_from
from gatekeeper.staging.fingerprints.production import Production
from gatekeeper.staging.settings import Exclusion, StoreSettings
from gatekeeper.wiring import environment

_ON_THE_COMMAND_LINE = "left out on the command line"


@dataclass(frozen=True, slots=True)
class FingerprintOrder:
    """What to make a fingerprint of.

    Attributes:
        stores: URLs; `${NAME}` stands for an environment variable.
        exclude: globs over `object` and `object/column` that are left out.
        merge: fingerprints made before, with the same key, that are taken in.
        output: the file to write.
        deadline: seconds that it may take.
    """

    stores: tuple[str, ...]
    exclude: tuple[str, ...]
    merge: tuple[Path, ...]
    output: Path
    deadline: float


def fingerprint(order: FingerprintOrder, progress: Callable[[str], None]) -> Fingerprint:
    """Make a fingerprint and write it.

    Raises:
        GatekeeperError: a store cannot be read whole, or the file cannot be written.
    """
    given = _given(order.stores)
    keys = keys_from(given)
    end = time.monotonic() + order.deadline
    production = Production(
        detectors=load_detectors(environment.rules_folder()),
        keys=keys,
        root=Path(),
        environment=given,
        remaining=lambda: end - time.monotonic(),
        progress=progress,
    )
    before = [files.read(path, keys) for path in order.merge]
    now = datetime.now(UTC).replace(microsecond=0)
    left_out = [Exclusion(object=glob, reason=_ON_THE_COMMAND_LINE) for glob in order.exclude]
    made = [
        production.fingerprint(StoreSettings(url=url, exclude=left_out), now)
        for url in order.stores
    ]
    whole = reduce(add, [*before, *made])
    files.write(whole, order.output, keys)
    return whole


def new_canaries(count: int) -> list[str]:
    """Return so many new canaries, made with the key of the environment."""
    return canaries.make(keys_from(_given(())).canaries, count, secrets.token_bytes)


def _given(urls: Sequence[str]) -> dict[str, str]:
    names = {VARIABLE, *references.names(list(urls))}
    return {name: value for name, value in environment.variables().items() if name in names}
