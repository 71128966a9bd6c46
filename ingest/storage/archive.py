"""Every response ever received, by hash, with its ledger; and what was landed from each.

objects/ab/<sha256>.gz   the bytes, compressed; the name is the hash of the uncompressed document
ledger.jsonl             one line a response: source, URL without keys, status, headers, when, hash
landings.jsonl           one line a landing: enough to land the same rows again without the network
"""

import gzip
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from io import FileIO
from pathlib import Path
from typing import Any

from ingest.errors import MacrotapeError
from ingest.http.messages import Payload

# Half the time of gzip's own 6 for a twentieth more bytes, on holdings files.
COMPRESSION = 4


class ArchiveDamaged(MacrotapeError):
    """An archived document is gone, or is not the document it was: nothing may be rebuilt from it."""


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


class Archive:
    """The archive under one data folder."""

    def __init__(self, root: Path):
        self.root = root

    def keep(self, payload: Payload) -> None:
        """Store the document unless it is there already, whole, and write its line into the ledger."""
        path = self._path(payload.sha256)
        if not self._is_whole(payload.sha256):
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, gzip.compress(payload.body, compresslevel=COMPRESSION, mtime=0))
        entry = LedgerEntry(
            source=payload.source,
            url=payload.url,
            status=payload.status,
            headers=dict(payload.headers),
            fetched_at=payload.fetched_at,
            sha256=payload.sha256,
            size=len(payload.body),
            requested_date=payload.requested_date,
        )
        self._append("ledger.jsonl", asdict(entry))

    def record_landing(self, entry: LandingEntry) -> None:
        """Record a landing before it happens, so that a replay can repeat it."""
        self.record_landings([entry])

    def record_landings(self, entries: Sequence[LandingEntry]) -> None:
        """Record landings before they happen, in their order."""
        self._append("landings.jsonl", *map(asdict, entries))

    def read(self, sha256: str) -> bytes:
        """The document of that hash.

        Raises:
            ArchiveDamaged: it is missing, unreadable or altered.
        """
        path = self._path(sha256)
        try:
            body = gzip.decompress(path.read_bytes())
        except FileNotFoundError:
            raise ArchiveDamaged(f"the archive has no document {sha256}: expected it at {path}") from None
        except (OSError, EOFError, ValueError) as error:
            raise ArchiveDamaged(f"the archived document {path} cannot be read ({error})") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise ArchiveDamaged(f"the archived document {path} was altered: its hash is no longer its name")
        return body

    def _is_whole(self, sha256: str) -> bool:
        try:
            self.read(sha256)
        except ArchiveDamaged:
            return False
        return True

    def missing(self) -> list[Path]:
        """Documents that the ledger names and the archive does not have; existence only, for a quick check."""
        held = {entry.sha256 for entry in self.entries()} | {e.sha256 for e in self.landings() if e.sha256}
        return [path for path in map(self._path, sorted(held)) if not path.exists()]

    def entries(self) -> list[LedgerEntry]:
        """Every response in the order received."""
        return [
            LedgerEntry(
                **line | {"fetched_at": _moment(line["fetched_at"]), "requested_date": _day(line["requested_date"])}
            )
            for line in self._lines("ledger.jsonl")
        ]

    def landings(self) -> list[LandingEntry]:
        """Every landing in the order made."""
        return [
            LandingEntry(
                **line
                | {
                    "knowledge_ts": _moment(line["knowledge_ts"]),
                    "since": _day(line["since"]),
                    "until": _day(line["until"]),
                }
            )
            for line in self._lines("landings.jsonl")
        ]

    def _path(self, sha256: str) -> Path:
        return self.root / "objects" / sha256[:2] / f"{sha256}.gz"

    def _append(self, name: str, *lines: Mapping[str, Any]) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(line, default=_iso, ensure_ascii=False) + "\n" for line in lines)
        with (self.root / name).open("a+b", buffering=0) as file:
            size = _drop_half_line(file)
            try:
                rest = text.encode()
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except OSError:  # a full disk takes half a line: the next one must not be glued to it
                file.truncate(size)
                raise

    def _lines(self, name: str) -> list[dict[str, Any]]:
        path = self.root / name
        if not path.exists():
            return []
        lines = path.read_text(encoding="utf-8").split("\n")
        records: list[dict[str, Any]] = []
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                records.append(json.loads(line))
            except ValueError as error:
                # a crash while appending leaves half a last line; its response is simply not in the ledger
                if number >= len(lines) - 1:
                    break
                raise ArchiveDamaged(f"line {number} of {path} is no record: {line[:80]!r}") from error
        return records


def _drop_half_line(file: FileIO) -> int:
    """Cut off what a crash left of a last line, which was never acted on; returns the size."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return 0
    file.seek(size - 1)
    if file.read(1) == b"\n":
        return size
    file.seek(0)
    size = file.readall().rfind(b"\n") + 1
    file.truncate(size)
    return size


def _write_whole(path: Path, data: bytes) -> None:
    """Write beside and rename, so that a crash leaves the whole document or none."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _iso(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the ledger")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
