"""What full-size holdings cost: landing 250 files of 2,000 lines, building on them, and one more day.

Run it by hand: `python -m tests.benchmarks.bench_holdings [folder]`. No time is asserted: it depends on the machine.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd

from ingest import warehouse
from ingest.archive import Archive
from ingest.catalog import Catalog
from ingest.collect import collect
from ingest.questions import Plan
from ingest.settings import Settings
from ingest.sources import ishares_holdings
from ingest.warehouse import Held
from ingest.wire import Payload, Request
from tests.support import holdings_fund as fund
from tests.support.dbt import dbt

SESSIONS = 250
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


@dataclass
class Step:
    """A line of the table."""

    what: str
    rows: int
    seconds: float = 0.0
    cpu: float = 0.0


class Files:
    """A transport that has every file at hand: what is measured is reading, keeping and landing."""

    def __init__(self, documents: dict[date, bytes]):
        self.documents = documents

    def get(self, request: Request) -> Payload:
        """The file of the date asked for."""
        day = request.requested_date
        learned = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
        return Payload(request.source, request.public_url, 200, {}, learned, self.documents[day], day)


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


@contextmanager
def measured(steps: list[Step], what: str, rows: int) -> Iterator[None]:
    """Wall and processor seconds of a block, children included."""
    step, began, cpu = Step(what, rows), time.perf_counter(), _cpu()
    yield
    step.seconds, step.cpu = time.perf_counter() - began, _cpu() - cpu
    steps.append(step)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def land(home: Path, documents: dict[date, bytes]) -> None:
    """Land files as a backfill does, without its pauses."""
    settings = Settings(home=home, sources="sample")
    plan = Plan.of(settings, Catalog.load(), funds=[fund.FUND], since=date(2025, 1, 1), holdings_dates=list(documents))
    plan = replace(plan, until=date(2026, 12, 31))
    asked = ishares_holdings.questions(plan, Catalog.load(), Held(settings))
    checks = collect(
        ishares_holdings.TABLE,
        asked,
        settings=settings,
        transport=Files(documents),  # type: ignore[arg-type]
        archive=Archive(settings.archive),
    )
    assert checks[0].outcome == "landed", checks[0].detail


def build(path: Path, *options: str) -> dict[str, float]:
    """Build the holdings marts; seconds by model."""
    selected = [f"+{name}" for name in MARTS]
    done = dbt(path, "build", "--select", *selected, "--exclude-resource-type", "unit_test", "test", *options)
    assert done.returncode == 0, done.stdout
    results = json.loads((path.parent / "dbt" / "run_results.json").read_text())["results"]
    return {r["unique_id"].rpartition(".")[2]: r["execution_time"] for r in results}


def main(folder: Path) -> None:
    """Measure and print."""
    simulated, steps = fund.simulate(n_sessions=SESSIONS + 1), []
    by_day = dict(list(simulated.lines.groupby("as_of_date")))
    documents = {day: as_file(lines, day) for day, lines in by_day.items()}
    *history, new = simulated.days
    settings = Settings(home=folder / "home", sources="sample")
    fund.write(settings.home, simulated.lines[:0], simulated.nav)
    rows, new_rows = sum(len(by_day[d]) for d in history), len(by_day[new])
    with measured(steps, f"land {len(history)} files", rows):
        land(settings.home, {d: documents[d] for d in history})
    with measured(steps, "land them again", rows):
        land(settings.home, {d: documents[d] for d in history})
    with measured(steps, "build on them", rows):
        first = build(settings.warehouse)
    with measured(steps, "build on nothing new", 0):
        idle = build(settings.warehouse)
    with measured(steps, "land one more day", new_rows):
        land(settings.home, {new: documents[new]})
    with measured(steps, "build on it", new_rows):
        second = build(settings.warehouse)
    print(f"{'step':<24}{'rows':>9}{'seconds':>9}{'cpu s':>8}{'rows/s':>9}")  # noqa: T201
    for step in steps:
        print(  # noqa: T201
            f"{step.what:<24}{step.rows:>9,}{step.seconds:>9.1f}{step.cpu:>8.1f}{step.rows / step.seconds:>9,.0f}"
        )
    print("\nmodel, seconds: whole history, nothing new, one more day")  # noqa: T201
    for name in sorted(first, key=first.__getitem__, reverse=True)[:8]:
        print(f"  {name:<36}{first[name]:>7.2f}{idle[name]:>7.2f}{second[name]:>7.2f}")  # noqa: T201
    peak = max(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    size = settings.warehouse.stat().st_size / 2**20
    print(f"\npeak memory {peak / 1024:,.0f} MB; warehouse {size:,.0f} MB")  # noqa: T201
    with warehouse.connect(settings) as con:
        left = con.execute("select status, count(*) from marts.fct_holdings_reconciliation_daily group by 1").fetchall()
    print(f"reconciliation: {dict(left)}")  # noqa: T201


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
