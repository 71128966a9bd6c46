"""Every response ever received, by hash, with its ledger; and what was landed from each.

objects/ab/<sha256>.gz   the bytes, compressed; the name is the hash of the uncompressed document
ledger.jsonl             one line a response: source, URL without keys, status, headers, when, hash
landings.jsonl           one line a landing: enough to land the same rows again without the network
"""

import gzip
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from ingest.http.messages import Payload
from ingest.storage.archive_records import LANDINGS, LEDGER, ArchiveDamaged, LandingEntry, LedgerEntry, read_records
from ingest.storage.json_lines import append_lines

# Half the time of gzip's own 6 for a twentieth more bytes, on holdings files.
COMPRESSION = 4


class Archive:
    """The archive under one data folder."""

    def __init__(self, root: Path):
        self.root = root
        self._ledger, self._landings = root / "ledger.jsonl", root / "landings.jsonl"

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
        append_lines(self._ledger, [LEDGER.dump_json(entry)])

    def record_landing(self, entry: LandingEntry) -> None:
        """Record a landing before it happens, so that a replay can repeat it."""
        self.record_landings([entry])

    def record_landings(self, entries: Sequence[LandingEntry]) -> None:
        """Record landings before they happen, in their order."""
        append_lines(self._landings, [LANDINGS.dump_json(entry) for entry in entries])

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
        recorded = {entry.sha256 for entry in self.entries()} | {e.sha256 for e in self.landings() if e.sha256}
        return [path for path in map(self._path, sorted(recorded)) if not path.exists()]

    def entries(self) -> list[LedgerEntry]:
        """Every response in the order received.

        Raises:
            ArchiveDamaged: a line of the ledger cannot be read.
        """
        return read_records(self._ledger, LEDGER)

    def landings(self) -> list[LandingEntry]:
        """Every landing in the order made.

        Raises:
            ArchiveDamaged: a line of the landings cannot be read.
        """
        return read_records(self._landings, LANDINGS)

    def _path(self, sha256: str) -> Path:
        return self.root / "objects" / sha256[:2] / f"{sha256}.gz"


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
