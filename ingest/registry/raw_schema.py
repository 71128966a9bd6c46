"""What a raw table is: its columns with types and units, and the grain of a version.

Every table also carries the PROVENANCE columns. Tables that hold a whole document (`snapshot` set) are versioned
document by document: a row that vanished from a newer file is gone from the current version. All other tables are
versioned row by row: a row that a source no longer sends stays what it was.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One typed column; `description` carries the unit."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class RawTable:
    """A raw table; `grain` identifies a row among current versions, `snapshot` a whole document."""

    name: str
    description: str
    grain: tuple[str, ...]
    columns: tuple[Column, ...]
    date_column: str
    snapshot: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in their order, without provenance."""
        return tuple(column.name for column in self.columns)


PROVENANCE = (
    Column("knowledge_ts", "TIMESTAMP", "When macrotape learned this version, UTC."),
    Column("landing_id", "BIGINT", "Which landing wrote it; orders versions learned at one instant."),
    Column("payload_sha256", "VARCHAR", "Hash of the archived response; NULL where no response is behind the row."),
)
