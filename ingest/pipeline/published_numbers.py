"""What a release published, landed like everything else, so that history outlives rebuilds and replays.

Where: a release's own fct_attribution_revisions; the rows it published first or changed, as CSV.
One row: a fund, session, model, driver and release. Points of return, status, and when it was known.
"""

import io
from typing import TYPE_CHECKING

from ingest.errors import UnexpectedPayload
from ingest.http.messages import Payload, preview
from ingest.pipeline.load import LandingResult, land, next_landing_id
from ingest.registry.raw_tables import MACROTAPE_ATTRIBUTIONS
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from ingest.storage.archive_records import LandingEntry

if TYPE_CHECKING:
    import pandas as pd

TABLE = MACROTAPE_ATTRIBUTIONS
SOURCE = "macrotape:attributions"


def land_published(settings: Settings, archive: Archive, release_id: str, document: bytes) -> LandingResult:
    """Land the numbers of a release; the archive keeps the document, so that a replay has them."""
    payload = Payload(SOURCE, f"macrotape:release/{release_id}", 200, {}, settings.now(), document)
    frame = parse(payload)
    archive.keep(payload)
    with warehouse.connect(settings) as con:
        number = next_landing_id(con)
        archive.record_landing(
            LandingEntry(TABLE.name, SOURCE, payload.fetched_at, number, sha256=payload.sha256, url=payload.url)
        )
        return land(
            con,
            TABLE,
            frame,
            knowledge_ts=payload.fetched_at,
            payload_sha256=payload.sha256,
            landing_id=number,
        )


def parse(payload: Payload) -> "pd.DataFrame":
    """Rows of raw.macrotape__attributions.

    Raises:
        UnexpectedPayload: it is not the document described above.
    """
    import pandas as pd

    names = [column.name for column in TABLE.columns]
    texts = {column.name: str for column in TABLE.columns if column.type != "DOUBLE"}
    try:
        # round_trip: the default is off by one in the last bit now and then
        frame = pd.read_csv(
            io.BytesIO(payload.body), dtype=texts, keep_default_na=False, na_values=[""], float_precision="round_trip"
        )
    except ValueError as error:
        raise UnexpectedPayload(f"{payload.source}: is no CSV ({error}); it begins {preview(payload.body)}") from error
    if list(frame.columns) != names:
        raise UnexpectedPayload(f"{payload.source}: expected {','.join(names)}, found {preview(payload.body, 400)}")
    return frame
