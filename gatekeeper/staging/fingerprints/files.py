"""Fingerprint files: an Arrow file of sorted hashes, authenticated with the key as a whole.

Whoever lacks the key can neither read values out of it nor make one, change one, or cut one down.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from gatekeeper.core.errors import EvidenceError
from gatekeeper.staging.fingerprints.fingerprint import ColumnPrint, Fingerprint, Origin
from gatekeeper.staging.fingerprints.keys import Keys
from gatekeeper.staging.fingerprints.values import FORMAT

if TYPE_CHECKING:
    import pyarrow as pa

_HEADER = b"gatekeeper.fingerprint"
_MAC = b"gatekeeper.mac"
_AGAIN = "make it again on the production side: gatekeeper staging fingerprint"


@dataclass(frozen=True, slots=True)
class _Header:
    """What stands before the hashes."""

    format: int
    origin: Origin
    columns: tuple[ColumnPrint, ...]


_SHAPE = TypeAdapter(_Header)


def write(fingerprint: Fingerprint, path: Path, keys: Keys) -> None:
    """Write a file, whole or not at all.

    Raises:
        EvidenceError: it cannot be written.
    """
    import pyarrow as pa

    table = pa.table({"hash": fingerprint.hashes, "owner": fingerprint.owners})
    header = _SHAPE.dump_json(_Header(FORMAT, fingerprint.origin, fingerprint.columns))
    mac = _mac(header, table, keys)
    marked = table.replace_schema_metadata({_HEADER: header, _MAC: mac})
    try:
        _store(marked, path)
    except OSError as error:
        raise EvidenceError(
            f"the fingerprint cannot be written to {path}: {error.strerror}",
            "name a file in a folder that exists and has room",
        ) from None


def read(path: Path, keys: Keys) -> Fingerprint:
    """Read a file; its hashes stay on disk until they are used.

    Raises:
        EvidenceError: it is missing, damaged, of another version, or made with another key.
    """
    table = _table(path)
    known: Mapping[bytes, bytes] = table.schema.metadata or {}
    header, mac = known.get(_HEADER, b""), known.get(_MAC, b"")
    if not hmac.compare_digest(mac, _mac(header, table, keys)):
        raise EvidenceError(
            f"the fingerprint {path.name} was made with another key, or was changed",
            f"set the key that it was made with, or {_AGAIN}",
        )
    try:
        found = _SHAPE.validate_json(header)
    except ValidationError:
        raise EvidenceError(
            f"the fingerprint {path.name} is of another version of gatekeeper", _AGAIN
        ) from None
    if found.format != FORMAT:
        raise EvidenceError(
            f"the fingerprint {path.name} has format {found.format}, and this version reads "
            f"format {FORMAT}",
            _AGAIN,
        )
    return Fingerprint(found.origin, found.columns, *_arrays(table))


def _store(table: pa.Table, path: Path) -> None:
    import pyarrow as pa

    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with pa.ipc.new_file(fresh, table.schema) as file:
            file.write_table(table.combine_chunks())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _table(path: Path) -> pa.Table:
    import pyarrow as pa

    try:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        table.validate(full=True)
    except FileNotFoundError:
        raise EvidenceError(f"there is no fingerprint {path}", _AGAIN) from None
    except (pa.ArrowException, OSError):
        raise EvidenceError(f"the fingerprint {path.name} is damaged or cut off", _AGAIN) from None
    wanted = [("hash", pa.uint64()), ("owner", pa.uint32())]
    if [(field.name, field.type) for field in table.schema] != wanted:
        raise EvidenceError(f"{path.name} is no fingerprint", _AGAIN)
    return table


def _mac(header: bytes, table: pa.Table, keys: Keys) -> bytes:
    parts = [hashlib.sha256(header).digest()]
    parts += [hashlib.sha256(array).digest() for array in _arrays(table)]
    return hmac.digest(keys.file, b"".join(parts), "sha256")


def _arrays(table: pa.Table) -> tuple[Any, Any]:
    """Return both columns as arrays, without a copy where they lie in one piece."""
    return table.column("hash").to_numpy(), table.column("owner").to_numpy()
