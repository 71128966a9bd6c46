"""Dagster's event log in SQLite, with a connection kept open instead of one opened for every event.

A run writes over a thousand events. The storage Dagster brings opens a database for each, and closing the
last connection of a database in WAL mode folds the log into it and waits for the disk. Kept connections
write the same rows to the same files. `synchronous=NORMAL` is SQLite's own advice for WAL: a power cut can
lose the newest events, never the database (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy import event as hooks
from sqlalchemy.pool import StaticPool

KEPT = 3  # the index, the run that writes and one more: a server reads the logs of many runs
BUSY_TIMEOUT_S = 60


class KeptConnectionsEventLog(SqliteEventLogStorage):
    """The storage of runs' events that `dagster_home.prepare` names in dagster.yaml."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None):
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "KeptConnectionsEventLog":
        """Make it as Dagster does from dagster.yaml; `base_dir` is the folder of the databases."""
        return cls(inst_data=inst_data, **config_value)

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, and let the pages that follow the run know: they watch its file for changes.

        With a kept connection rows wait in the log beside the file, so its time is set by hand.
        """
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    def dispose(self) -> None:
        """Close what is open."""
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
            )
            hooks.listen(engine, "connect", _write_ahead)
            self._initdb(engine)
            self._engines[shard] = engine
            while len(self._engines) > KEPT:
                self._engines.popitem(last=False)[1].dispose()
        self._engines.move_to_end(shard)
        return self._engines[shard]


def _write_ahead(connection: Any, _: object) -> None:
    connection.execute("pragma synchronous=normal")
