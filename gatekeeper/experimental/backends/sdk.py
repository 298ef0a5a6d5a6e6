"""LaunchDarkly's own client on the embedded flag file: a data source and a counting hook."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ldclient import Config, LDClient
from ldclient.evaluation import EvaluationDetail
from ldclient.hook import EvaluationSeriesContext, Hook, Metadata
from ldclient.interfaces import DataSourceUpdateSink, FeatureStore, UpdateProcessor
from ldclient.versioned_data_kind import FEATURES, SEGMENTS
from rfc8785 import CanonicalizationError

from gatekeeper.experimental.backends import database
from gatekeeper.experimental.backends.document import configuration
from gatekeeper.experimental.backends.outcomes import Outcomes, Request, Requests, Served, hashed

_LOG = logging.getLogger("gatekeeper.flags")
_FULL = 10_000


def client(path: Path, environment: str, poll: float, clock: Callable[[], float]) -> EmbeddedClient:
    """Return a client that reads `environment` from the file and counts contexts into it."""
    exposures = Exposures(path, environment, clock)

    def source(config: Config, store: FeatureStore, ready: threading.Event) -> UpdateProcessor:
        target = config.data_source_update_sink or store
        return FileSource(target, ready, exposures, poll)

    config = Config(
        sdk_key=f"embedded-{environment}",
        update_processor_class=source,
        send_events=False,
        hooks=[exposures],
    )
    return EmbeddedClient(config, exposures)


class EmbeddedClient(LDClient):
    """LaunchDarkly's client, which besides can be told how requests went."""

    def __init__(self, config: Config, exposures: Exposures) -> None:
        super().__init__(config, start_wait=5)
        self._exposures = exposures

    @contextmanager
    def request(self) -> Iterator[Request]:
        """Count how a request goes for every context that meets a flag within the block.

        It counts as failed when an exception leaves the block, or after `failed()`.
        """
        with self._exposures.requests.one() as request:
            yield request


class Exposures(Hook):
    """Counts the distinct contexts that met each variation, as keyed hashes of their keys."""

    def __init__(self, path: Path, environment: str, clock: Callable[[], float]) -> None:
        self.path = path
        self.environment = environment
        self.units: Mapping[str, str] = {}
        self.versions: Mapping[str, int] = {}
        self.requests = Requests(clock)
        self._clock = clock
        self._met: dict[tuple[str, int, str], float] = {}
        self._lock = threading.Lock()

    @property
    def metadata(self) -> Metadata:
        """Names the hook."""
        return Metadata(name="gatekeeper-exposures")

    def before_evaluation(
        self,
        series_context: EvaluationSeriesContext,  # noqa: ARG002 - the SDK's signature
        data: dict[Any, Any],
    ) -> dict[Any, Any]:
        """Do nothing."""
        return data

    def after_evaluation(
        self,
        series_context: EvaluationSeriesContext,
        data: dict[Any, Any],
        detail: EvaluationDetail,
    ) -> dict[Any, Any]:
        """Note who met which variation; callers' defaults are no exposure."""
        unit = self.units.get(series_context.key)
        context = series_context.context.get_individual_context(unit) if unit else None
        if context is not None and detail.variation_index is not None:
            met = (series_context.key, detail.variation_index, context.key)
            self.requests.serve(Served(*met, self.versions.get(series_context.key, 0)))
            with self._lock:
                self._met[met] = self._clock()
            if len(self._met) >= _FULL:
                self.flush()
        return data

    def flush(self) -> None:
        """Write what was noted; when that fails it is kept and written with the next."""
        with self._lock:
            met, self._met = self._met, {}
        fared = self.requests.take()
        if not met and not fared:
            return
        try:
            self._write(met, fared)
        except (sqlite3.Error, OSError) as error:
            _LOG.warning("exposures could not be written yet: %s", error)
            with self._lock:
                self._met = met | self._met
            self.requests.give_back(fared)

    def _write(self, met: Mapping[tuple[str, int, str], float], fared: Outcomes) -> None:
        secret = database.context_key(self.path)
        rows = [
            (self.environment, flag, variation, hashed(secret, context), seen)
            for (flag, variation, context), seen in met.items()
        ]
        with database.writing(self.path) as connection:
            connection.executemany(
                "INSERT INTO exposures VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET last_seen = max(last_seen, excluded.last_seen)",
                rows,
            )
            fared.write(connection, self.environment, secret)


class FileSource(UpdateProcessor):
    """Reads the flag file again and again; keeps what it has while the file cannot be read."""

    def __init__(
        self,
        target: FeatureStore | DataSourceUpdateSink,
        ready: threading.Event,
        exposures: Exposures,
        poll: float,
    ) -> None:
        self._target = target
        self._ready = ready
        self._exposures = exposures
        self._poll = poll
        self._held: list[tuple[str, str]] | None = None
        self._flags: Mapping[str, dict[str, Any]] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gatekeeper-flags", daemon=True)

    def start(self) -> None:
        """Read once, so that the client starts with flags, then go on in the background."""
        self._read()
        self._ready.set()
        self._thread.start()

    def stop(self) -> None:
        """Stop reading and write the last counts."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self._exposures.flush()

    def is_alive(self) -> bool:
        """Return True while it goes on reading."""
        return self._thread.is_alive()

    def initialized(self) -> bool:
        """Return True once flags were read."""
        return self._held is not None

    def _run(self) -> None:
        while not self._stopped.wait(self._poll):
            self._read()
            self._exposures.flush()

    def _read(self) -> None:
        try:
            with database.reading(self._exposures.path) as connection:
                rows = connection.execute(
                    "SELECT key, document FROM flags WHERE environment = ? ORDER BY key",
                    (self._exposures.environment,),
                ).fetchall()
            if rows != self._held:
                self._take(rows)
        except (sqlite3.Error, OSError) as error:
            _LOG.warning("flags stay as they are, the flag file cannot be read: %s", error)

    def _take(self, rows: list[tuple[str, str]]) -> None:
        # one flag that cannot be read must not keep the others from being turned off
        read = {key: _parsed(key, document) or self._flags.get(key) for key, document in rows}
        flags = {key: flag for key, flag in read.items() if flag is not None}
        self._target.init({FEATURES: flags, SEGMENTS: {}})
        self._flags = flags
        self._exposures.units = {key: configuration(key, f).unit for key, f in flags.items()}
        self._exposures.versions = {key: f["version"] for key, f in flags.items()}
        self._held = rows


def _parsed(key: str, document: str) -> dict[str, Any] | None:
    """Return a flag that the SDK can take, or None."""
    try:
        flag = json.loads(document)
        if not isinstance(flag, dict) or flag.get("key") != key:
            raise ValueError("it is not a flag of that key")
        FEATURES.decode(flag)
        configuration(key, flag)
    except (ValueError, TypeError, LookupError, RecursionError, CanonicalizationError) as error:
        _LOG.warning("the flag %s stays as it is, it cannot be read: %s", key, error)
        return None
    return flag
