"""A folder of OSV records: read strictly, matched by version, with the date it speaks for."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from packaging.utils import canonicalize_name
from packaging.version import Version
from pydantic import ValidationError

from gatekeeper.core.errors import EvidenceError
from gatekeeper.scan.dependencies.advisory import Advisory
from gatekeeper.scan.scanners.interface import in_words

DATABASE_FILE = "database.json"
_SUFFIXES = frozenset({".json", ".yaml", ".yml"})
_MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Advisories:
    """A database that is ready to be asked.

    Attributes:
        by_package: advisories that stand, by normalised name.
        records: how many they are.
        as_of: the date for which the database speaks, UTC; None when it is empty.
    """

    by_package: Mapping[str, Sequence[Advisory]]
    records: int
    as_of: datetime | None

    def affecting(self, name: str, version: str) -> tuple[Advisory, ...]:
        """Return the advisories that a version falls under."""
        wanted, exact = canonicalize_name(name), Version(version)
        candidates = self.by_package.get(wanted, ())
        return tuple(advisory for advisory in candidates if advisory.affects(wanted, exact))


def load(folder: Path, name: str = "") -> Advisories:
    """Read every record below a folder.

    Args:
        folder: where they are.
        name: what messages call it, instead of its own name.

    Raises:
        EvidenceError: the folder is missing, or a file in it is not an OSV record.
    """
    name = name or folder.name
    if not folder.is_dir():
        step = "name a folder of OSV records in the policy, or `advisories: osv`"
        raise EvidenceError(f"there is no folder `{name}` of advisories", step)
    standing = list(_standing(folder))
    as_of = _synced(folder / DATABASE_FILE, name) or _newest(standing)
    return Advisories(_by_package(standing), len(standing), as_of)


def _record_files(folder: Path) -> list[Path]:
    records = {path for path in _below(folder) if path.suffix.lower() in _SUFFIXES}
    return sorted(records - {folder / DATABASE_FILE})


def _below(folder: Path) -> Iterator[Path]:
    """Yield every file; a folder that would not be looked into is refused."""
    for home, folders, names in os.walk(folder, onerror=_refuse):
        here = Path(home)
        if linked := next(filter(Path.is_symlink, map(here.joinpath, folders)), None):
            reason = f"the folder {in_words(linked.name)} of advisories is a link"
            raise EvidenceError(reason, "replace it by its files")
        yield from map(here.joinpath, names)


def _refuse(error: OSError) -> NoReturn:
    """A folder that cannot be listed hides advisories."""
    name = in_words(Path(error.filename).name)
    raise EvidenceError(
        f"the folder `{name}` of advisories cannot be listed: {error.strerror}",
        "make it readable",
    ) from None


def _standing(folder: Path) -> Iterator[Advisory]:
    for path in _record_files(folder):
        record = _record(path, folder)
        if record.concerned:
            yield record


def _by_package(records: Iterable[Advisory]) -> dict[str, list[Advisory]]:
    found: dict[str, list[Advisory]] = defaultdict(list)
    for record in records:
        for name in record.names:
            found[name].append(record)
    return dict(found)


def _record(path: Path, folder: Path) -> Advisory:
    name = in_words(path.relative_to(folder).as_posix())
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("larger than an advisory is")
        advisory = Advisory.model_validate(_parsed(path))
        _utc(advisory.modified)
    except (ValueError, OSError, RecursionError, OverflowError) as error:
        reason = f"the advisory {name} is not an OSV record: {_why(error)}"
        step = "mend or remove the file, or synchronise the folder again"
        raise EvidenceError(reason, step) from None
    return advisory


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return f"{len(error.errors())} of its fields"
    return in_words(str(error))


def _parsed(path: Path) -> Any:
    import yaml

    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() == ".json":
        return json.loads(text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders, one in C
    except yaml.YAMLError:
        raise ValueError("not valid YAML") from None


def _synced(metadata: Path, name: str) -> datetime | None:
    """Return when the folder was synchronised, or None when nothing in it says so."""
    if not metadata.is_file():
        return None
    try:
        return _utc(datetime.fromisoformat(json.loads(metadata.read_text("utf-8"))["synced_at"]))
    except (ValueError, KeyError, TypeError, OSError, RecursionError, OverflowError):
        reason = f"{name}/{DATABASE_FILE} does not say when it was synchronised"
        raise EvidenceError(reason, "synchronise the folder again") from None


def _newest(records: Iterable[Advisory]) -> datetime | None:
    return max((_utc(record.modified) for record in records), default=None)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
