"""Full-size holdings for the benchmarks: files as the issuer prints them, landed and built on as a backfill does."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd

from ingest.http.messages import Payload, Request
from ingest.pipeline.collect import collect
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources import ishares_holdings
from ingest.sources.base import Plan
from ingest.storage.archive import Archive
from ingest.storage.warehouse import WarehouseDates
from tests.support import holdings_fund as fund
from tests.support.dbt import dbt

SESSIONS = 250
NEXT = "next_document"
MARTS = (
    "fct_holdings_daily",
    "fct_holding_contribution_daily",
    "fct_sector_contribution_daily",
    "fct_holdings_change_daily",
    "fct_holdings_reconciliation_daily",
    "fct_fund_profile_daily",
)
HEADER = (
    "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,Location,Exchange,Currency,"
    "FX Rate,Market Currency,Accrual Date"
)


class Files:
    """A transport that has every file at hand: what is measured is reading, keeping and landing."""

    def __init__(self, documents: dict[date, bytes]):
        self.documents = documents

    def get(self, request: Request) -> Payload:
        """The file of the date asked for."""
        day = request.requested_date
        assert day is not None
        learned = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
        return Payload(request.source, request.public_url, 200, {}, learned, self.documents[day], day)


def documents(home: Path, sessions: int, names: int = 2000) -> dict[date, bytes]:
    """The last files of a simulated year, and a warehouse in `home` with everything else the marts ask for."""
    simulated = fund.simulate(n_names=names, n_sessions=SESSIONS + 1)
    fund.write(home, simulated.lines[:0], simulated.nav)
    by_day = dict(list(simulated.lines.groupby("as_of_date")))
    return {day: as_file(by_day[day], day) for day in simulated.days[-sessions:]}


def keep_next(home: Path, day: date, document: bytes) -> None:
    """Lay the file of one more day beside the data folder."""
    (home.parent / f"{NEXT}.{home.name}").write_bytes(f"{day}\n".encode() + document)


def next_document(home: Path) -> tuple[date, bytes]:
    """The file of one more day, with its date."""
    day, document = (home.parent / f"{NEXT}.{home.name}").read_bytes().split(b"\n", 1)
    return date.fromisoformat(day.decode()), document


def as_file(lines: pd.DataFrame, day: date) -> bytes:
    """A day's lines as the issuer prints them."""
    name = Catalog.load().fund(fund.FUND).name
    outstanding = f"{lines.fund_shares_outstanding.iloc[0]:,.2f}"
    head = f'{name}\nFund Holdings as of,"{day:%b %d, %Y}"\nShares Outstanding,"{outstanding}"\n'
    rows = (
        f'"{r.ticker}","{r.name}","{r.sector}","{r.asset_class}","{r.market_value_usd:,.2f}","{r.weight_pct:.2f}",'
        f'"{r.notional_value_usd:,.2f}","{r.quantity:,.2f}","{r.price:.2f}",'
        '"United States","NASDAQ","USD","1.00","USD","-"'
        for r in lines.itertuples(index=False)
    )
    return "\n".join([head, HEADER, *rows, "", ""]).encode()


def land(home: Path, documents: dict[date, bytes]) -> None:
    """Land files as a backfill does, without its pauses."""
    settings = Settings(home=home, sources="sample")
    plan = Plan.of(settings, Catalog.load(), funds=[fund.FUND], since=date(2025, 1, 1), holdings_dates=list(documents))
    plan = replace(plan, until=date(2026, 12, 31))
    tasks = ishares_holdings.fetch_tasks(plan, Catalog.load(), WarehouseDates(settings))
    checks = collect(
        ishares_holdings.TABLE,
        tasks,
        settings=settings,
        transport=Files(documents),  # type: ignore[arg-type]
        archive=Archive(settings.folder.archive),
    )
    assert checks[0].outcome == "landed", checks[0].detail


def build(path: Path, *options: str) -> dict[str, float]:
    """Build the holdings marts; seconds by model."""
    selected = [f"+{name}" for name in MARTS]
    done = dbt(path, "build", "--select", *selected, "--exclude-resource-type", "unit_test", "test", *options)
    assert done.returncode == 0, done.stdout
    results = json.loads((path.parent / "dbt" / "run_results.json").read_text())["results"]
    return {r["unique_id"].rpartition(".")[2]: r["execution_time"] for r in results}
