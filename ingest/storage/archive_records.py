"""The records of the archive: one line of JSON a response, one a landing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ingest.errors import MacrotapeError
from ingest.storage.json_lines import complete_lines
from ingest.validation import first_problem

Record = TypeVar("Record")


class ArchiveDamaged(MacrotapeError):
    """An archived document is missing or altered, or a record cannot be read: nothing may be rebuilt from it."""


@dataclass(frozen=True)
class LedgerEntry:
    """One response: where it came from and when; times are UTC."""

    source: str
    url: str
    status: int
    headers: Mapping[str, str]
    fetched_at: datetime
    sha256: str
    size: int
    requested_date: date | None = None


@dataclass(frozen=True)
class LandingEntry:
    """One landing: rows parsed from `sha256` (or given in `rows`), between two dates, at one instant (UTC)."""

    table: str
    source: str
    knowledge_ts: datetime
    landing_id: int
    sha256: str | None = None
    url: str = ""
    since: date | None = None
    until: date | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)


LEDGER = TypeAdapter(LedgerEntry)
LANDINGS = TypeAdapter(LandingEntry)


def read_records(path: Path, adapter: TypeAdapter[Record]) -> list[Record]:
    """Every record of a file, in order.

    Raises:
        ArchiveDamaged: a line is not such a record.
    """
    records = []
    for number, line in complete_lines(path):
        try:
            records.append(adapter.validate_json(line))
        except ValidationError as error:
            raise ArchiveDamaged(f"{path}, line {number}: {first_problem(error)}") from error
    return records
