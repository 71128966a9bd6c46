"""Series of FRED, the St. Louis Fed's database.

Where: fredgraph.csv, one document a series, keyless; with FRED_API_KEY the API stands in when that
fails, with EIA_API_KEY the publisher of the oil prices itself.
One row: a series and a date, in the unit of the series (see series.csv).
Published: with the lag of each series; spot oil weekly, the broad dollar index on Mondays.
Quirks: the first column was `DATE` until December 2024 and is `observation_date` since; missing is blank, `.`
before; holidays are blank rows; ICE BofA series serve three rolling years, so rows vanish at the source and
stay here; the host may need 20 s to reply, and lets agents that pose as a browser wait for ever.
"""

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.http.messages import Payload, Request, preview
from ingest.parsing.text import csv_table, day, decoded, number, refuse_html
from ingest.registry.raw_tables import FRED_OBSERVATIONS
from ingest.registry.seeds import Catalog
from ingest.sources import eia
from ingest.sources.base import FetchTask, LandedDates, Plan

if TYPE_CHECKING:
    import pandas as pd

TABLE = FRED_OBSERVATIONS
PUBLISHER = "fred"
GRAPH = "https://fred.stlouisfed.org/graph/fredgraph.csv"
API = "https://api.stlouisfed.org/fred/series/observations"
DATE_TITLES = ("observation_date", "DATE")


def fetch_tasks(plan: Plan, catalog: Catalog, landed: LandedDates) -> list[FetchTask]:
    """One task a series."""
    found = []
    for series in catalog.series_of("fred"):
        graph = FetchTask(
            source=f"{PUBLISHER}:{series.source_id}",
            request=Request(
                f"{PUBLISHER}:{series.source_id}", GRAPH, {"id": series.source_id, "cosd": plan.since.isoformat()}
            ),
            parse=parse,
            since=plan.since,
            until=plan.until,
            expected_date=plan.expected_date(series.calendar, series.publication_lag_sessions),
            feeds_driver=catalog.is_driver_input(series.series),
            key={"fred_id": series.source_id},
        )
        others = _keyed(series.source_id, plan)
        found.append(replace(graph, alternatives=tuple(replace(graph, request=other) for other in others)))
    return found


def _keyed(fred_id: str, plan: Plan) -> list[Request]:
    """The same series from endpoints that need a key; keys go to the publisher only."""
    requests = []
    if "fred" in plan.api_keys:
        params = {"series_id": fred_id, "file_type": "json", "observation_start": plan.since.isoformat()}
        secret = {"api_key": plan.api_keys["fred"]}
        requests.append(Request(f"{PUBLISHER}:{fred_id}", API, params, secret, endpoint="fred-api"))
    if "eia" in plan.api_keys and fred_id in eia.SERIES:
        requests.append(eia.request(fred_id, plan.since, plan.api_keys["eia"]))
    return requests


def parse(payload: Payload) -> "pd.DataFrame":
    """Rows of raw.fred__observations from the graph's CSV or either API's JSON; a missing observation is no row.

    Raises:
        NothingYet: the document is in order and has no observation.
        UnexpectedPayload: it is not the requested series.
    """
    import pandas as pd

    what = f"FRED series {payload.item}"
    refuse_html(payload.body, what)
    text = decoded(payload.body, what)
    is_json = text.lstrip().startswith("{")
    rows = _rows_of_json(text, payload.item, what) if is_json else _rows_of_csv(text, payload.item, what)
    if not rows:
        raise NothingYet(f"{what}: the document has no observation in the requested range")
    frame = pd.DataFrame(rows, columns=["observation_date", "value"])
    frame.insert(0, "fred_id", payload.item)
    return frame


def _rows_of_csv(text: str, series: str, what: str) -> list[tuple[date, float]]:
    header, lines = csv_table(text, what)
    if not header or header[0] not in DATE_TITLES or series not in header:
        raise UnexpectedPayload(
            f"{what}: expected the header observation_date,{series}, found {preview(','.join(header), 400)}"
        )
    at = header.index(series)
    rows = []
    for line in lines:
        value = number(line[at], f"{what}, {line[0]}")
        if value is not None:
            rows.append((day(line[0], what), value))
    return rows


def _rows_of_json(text: str, series: str, what: str) -> list[tuple[date, float]]:
    try:
        document = json.loads(text)
        if "response" in document:
            return eia.rows(document, series, what)
        pairs = [(str(o["date"]), str(o["value"])) for o in document["observations"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnexpectedPayload(f"{what}: expected observations in JSON, found {preview(text)}") from error
    values = [(on, number(value, f"{what}, {on}")) for on, value in pairs]
    return [(day(on, what), value) for on, value in values if value is not None]
