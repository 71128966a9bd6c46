"""Rebuild the raw tables from the archive alone, without the network: the same rows as before.

Every landing was recorded with its document, dates, instant and id. A replay repeats them in order in a new
warehouse, which replaces the old one only when every landing succeeded. A document that could not be parsed at
the time is tried again: repairing a parser is a reason to replay.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from ingest.errors import Misconfigured, NothingYet, UnexpectedPayload
from ingest.http.messages import Payload
from ingest.pipeline.collect import within
from ingest.pipeline.load import land
from ingest.pipeline.published_numbers import TABLE as PUBLISHED
from ingest.pipeline.published_numbers import parse as parse_published
from ingest.registry.calendars import sessions
from ingest.registry.raw_tables import TABLES, XNYS_SESSIONS
from ingest.settings import Settings
from ingest.sources.registry import HTTP_SOURCES
from ingest.storage import lake, warehouse
from ingest.storage.archive import Archive
from ingest.storage.archive_records import LandingEntry

if TYPE_CHECKING:
    import pandas as pd


PARSERS: "dict[str, Callable[[Payload], pd.DataFrame]]" = {
    PUBLISHED.name: parse_published,
    **{name: module.parse for name, module in HTTP_SOURCES.items()},
}


@dataclass(frozen=True)
class ReplayReport:
    """What a replay did; `without_rows` counts documents that hold nothing or still do not parse."""

    landings: int
    rows_landed: int
    without_rows: int


def replay(settings: Settings, archive: Archive) -> ReplayReport:
    """Replace the warehouse of `settings` by one built from the archive.

    Raises:
        Misconfigured: the archive is empty, or the warehouse is in use or of the other kind.
        ArchiveDamaged: a document is missing or altered; the old warehouse is unchanged.
    """
    entries = archive.landings()
    if not entries:
        raise Misconfigured(f"the archive {archive.root} is empty: there is nothing to replay yet")
    warehouse.connect(settings).close()
    rebuilt = replace(settings, home=settings.home / ".replay")
    shutil.rmtree(rebuilt.home, ignore_errors=True)
    landed = without_rows = 0
    try:
        with warehouse.connect(rebuilt) as con:
            for entry in entries:
                rows = _repeat_landing(con, archive, entry)
                landed, without_rows = landed + (rows or 0), without_rows + (rows is None)
            newest = max(entry.landing_id for entry in entries)
            con.execute(f"create or replace sequence raw.landing_ids start with {newest + 1}")
        lake.reset(settings)  # before the warehouse is replaced: an interruption leaves no lake of other rows
        rebuilt.folder.warehouse.replace(settings.folder.warehouse)
    finally:
        shutil.rmtree(rebuilt.home, ignore_errors=True)
    lake.append_new_landings(settings)
    return ReplayReport(len(entries), landed, without_rows)


def _repeat_landing(con: duckdb.DuckDBPyConnection, archive: Archive, entry: LandingEntry) -> int | None:
    table = TABLES[entry.table]
    try:
        result = land(
            con,
            table,
            _frame(archive, entry),
            knowledge_ts=entry.knowledge_ts,
            payload_sha256=entry.sha256,
            landing_id=entry.landing_id,
        )
    except (NothingYet, UnexpectedPayload):
        return None
    return result.rows_landed


def _frame(archive: Archive, entry: LandingEntry) -> "pd.DataFrame":
    import pandas as pd

    table = TABLES[entry.table]
    if entry.sha256 is None:
        if table is XNYS_SESSIONS and entry.since and entry.until:
            return sessions(entry.since, entry.until)
        if table.name in HTTP_SOURCES:
            raise Misconfigured(f"the archive records a landing of {table.name} without its document")
        return pd.DataFrame(entry.rows, columns=[column.name for column in table.columns], dtype=object)
    payload = Payload(
        source=entry.source,
        url=entry.url,
        status=200,
        headers={},
        fetched_at=entry.knowledge_ts,
        body=archive.read(entry.sha256),
    )
    frame: pd.DataFrame = PARSERS[table.name](payload)
    return within(table, frame, entry.since, entry.until) if entry.since and entry.until else frame
