"""One file a data store; a new one is a file and a line in `STORES`."""

from __future__ import annotations

from collections.abc import Mapping

from gatekeeper.staging.stores.interface import Opener
from gatekeeper.staging.stores.postgresql import open_postgresql
from gatekeeper.staging.stores.sqlite import open_sqlite

STORES: Mapping[str, Opener] = {
    "postgresql": open_postgresql,
    "postgres": open_postgresql,
    "sqlite": open_sqlite,
}
