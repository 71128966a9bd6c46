"""A simulated fund of 2,000 names over 250 sessions: lines add up, what was planted is found, a day costs a day."""

import gzip
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ingest.registry.calendars import session_dates
from ingest.simulation.parameters import PARAMETERS
from tests.support import holdings_fund as fund
from tests.support.dbt import dbt
from tests.support.homes import SHARED

TABLES = {
    "int_holdings_identified": "intermediate",
    "int_holding_links": "intermediate",
    "int_holding_changes": "intermediate",
    "int_holding_contributions": "intermediate",
    "int_sector_contributions": "intermediate",
    "int_fund_profiles": "intermediate",
    "fct_holdings_daily": "marts",
    "fct_holding_contribution_daily": "marts",
    "fct_sector_contribution_daily": "marts",
    "fct_holdings_change_daily": "marts",
    "fct_holdings_reconciliation_daily": "marts",
    "fct_fund_profile_daily": "marts",
}
WEIGHTS = SHARED / "real" / "holdings_weights" / "IWM_weights_2025-06_2025-10.csv.gz"


def build(warehouse: Path, *options: str, tests: bool = False, extra: tuple[str, ...] = ()) -> None:
    selected = [f"+{name}" for name in (*(n for n, schema in TABLES.items() if schema == "marts"), *extra)]
    kinds = ["unit_test"] if tests else ["unit_test", "test"]
    done = dbt(warehouse, "build", "--select", *selected, "--exclude-resource-type", *kinds, *options)
    assert done.returncode == 0, done.stdout + done.stderr


def rows(warehouse: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


@dataclass
class Built:
    warehouse: Path
    fund: fund.SimulatedFund

    def query(self, sql: str) -> list[tuple]:
        return rows(self.warehouse, sql)


@pytest.fixture(scope="module")
def full_size(tmp_path_factory):
    simulated = fund.simulate()
    warehouse = fund.write(tmp_path_factory.mktemp("full") / "home", simulated.lines, simulated.nav)
    build(warehouse)
    return Built(warehouse, simulated)


def test_lines_and_residual_are_the_return_of_the_fund(full_size):
    """Added up once more from the lines and the net asset values themselves."""
    worst, sessions = full_size.query(
        "with lines as (select session_date, sum(contribution_pct) as total from marts.fct_holding_contribution_daily"
        " group by 1), nav as (select *, lag(nav_usd) over by_day as nav_before, lag(observation_date) over by_day as"
        " day_before from raw.ishares__nav window by_day as (order by observation_date)) select max(abs("
        " (nav_usd / nav_before - 1) * 100 - total + coalesce(ex_dividend_usd, 0) / nav_before * 100"
        f" + {fund.FEE_PCT} * (observation_date - day_before) / 365 - residual_bp / 100)), count(*)"
        " from marts.fct_holdings_reconciliation_daily join lines using (session_date)"
        " join nav on observation_date = session_date"
    )[0]
    assert sessions == 249
    assert worst < 1e-9


def test_ordinary_days_reconcile_within_3_bp_and_the_reconstitution_within_its_own(full_size):
    days = full_size.query(
        "select session_date, status, abs(residual_bp), coverage_pct, is_reconstitution_day"
        " from marts.fct_holdings_reconciliation_daily where status <> 'first_file' order by 1"
    )
    assert {status for _, status, *_ in days} == {"reconciled"}
    assert [day for day, *_, special in days if special] == [fund.RECONSTITUTION]
    assert max(residual for day, _, residual, *_ in days if day != fund.RECONSTITUTION) < 3
    assert min(coverage for day, _, _, coverage, _ in days if day != fund.RECONSTITUTION) > 99


def changes(built: Built, change: str) -> set[tuple[date, str]]:
    found = built.query(
        f"select session_date, ticker from marts.fct_holdings_change_daily where change = '{change}'"
        " and not is_cash_or_derivative"
    )
    return {(day, ticker) for day, ticker in found}


def plain(planted: set[tuple[date, str]]) -> set[tuple[date, str]]:
    return {(day, ticker.replace(" ", "")) for day, ticker in planted}


def test_every_split_is_found_and_no_other(full_size):
    planted = {(day, ticker.replace(" ", "")): r for (day, ticker), r in full_size.fund.planted.splits.items()}
    found = full_size.query(
        "select session_date, holding_id, split_ratio from marts.fct_holding_contribution_daily"
        " where split_ratio is not null"
    )
    assert {(day, name): pytest.approx(ratio) for day, name, ratio in found} == planted
    assert len(planted) == 48


@pytest.mark.parametrize("change", ["added", "dropped", "renamed"])
def test_what_entered_left_or_was_renamed_is_found(full_size, change):
    assert plain(changes(full_size, change)) == plain(getattr(full_size.fund.planted, change))


def test_a_crash_and_a_resized_line_are_no_splits(full_size):
    crashed = full_size.query(
        "select session_date, holding_id from marts.fct_holding_contribution_daily where flag = 'extreme_return'"
    )
    assert set(crashed) == plain(full_size.fund.planted.crashed)
    assert plain(full_size.fund.planted.resized) <= plain(changes(full_size, "quantity_changed"))


def test_a_new_spelling_of_a_share_class_is_the_same_holding(full_size):
    respelled = changes(full_size, "respelled")
    assert len(respelled) > 15
    assert all(" A" in ticker for _, ticker in respelled)
    assert len({day for day, _ in respelled}) == 1


def test_the_shock_is_seen_in_its_sector(full_size):
    sectors = full_size.query(
        "select sector, excess_contribution_pct, return_pct, weight_start_pct from marts.fct_sector_contribution_daily"
        f" where session_date = date '{fund.SHOCK}' order by abs(excess_contribution_pct) desc"
    )
    sector, excess, return_pct, weight = sectors[0]
    assert sector == fund.SHOCK_SECTOR
    rest = [s[2] for s in sectors[1:] if s[0] != "Cash and/or Derivatives"]
    assert return_pct - sum(rest) / len(rest) == pytest.approx(fund.SHOCK_PCT, abs=1.0)
    assert excess == pytest.approx(fund.SHOCK_PCT * weight / 100 * (1 - weight / 100), abs=0.1)


def test_profiles_follow_the_changes(full_size):
    at_june, added = full_size.query(
        "select n_securities, n_added from marts.fct_fund_profile_daily"
        f" where as_of_date = date '{fund.RECONSTITUTION}'"
    )[0]
    assert (at_june, added) == (2000, 66)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Sixty sessions of three hundred names; the last three arrive later, with a correction of an earlier file."""
    simulated = fund.simulate(n_names=300, n_sessions=60)
    lines, days = simulated.lines, simulated.days
    home = tmp_path_factory.mktemp("small") / "home"
    warehouse = fund.write(home, lines[lines.as_of_date < days[-3]], simulated.nav)
    build(warehouse)
    with duckdb.connect(str(warehouse)) as con:  # rows that nothing has a reason to make again
        con.execute(
            "update intermediate.int_holding_contributions set name = 'untouched' where session_date < '2025-02-03'"
        )
    restated = lines[lines.as_of_date == days[40]].copy()
    restated.loc[restated.line_number == 1, ["quantity", "market_value_usd"]] *= 1.001
    restated["landing_id"], restated["knowledge_ts"] = 1000, datetime.combine(days[-1], time(20))
    dropped = restated[restated.line_number != 5]
    fund.write(home, pd.concat([lines[lines.as_of_date >= days[-3]], dropped]))
    build(warehouse)
    return Built(warehouse, simulated)


def test_a_new_day_makes_no_old_one_again(small):
    untouched = small.query(
        "select count(*) filter (name = 'untouched'), count(*) filter (session_date < '2025-02-03')"
        " from intermediate.int_holding_contributions"
    )[0]
    assert untouched[0] == untouched[1] > 5000


def test_a_file_restated_makes_its_session_and_the_next_one_again(small):
    day, following = small.fund.days[40], small.fund.days[41]
    found = small.query(
        "select session_date, max(landing_id), count(*) filter (flag = 'gone_line'),"
        " count(*) filter (flag = 'new_line') from intermediate.int_holding_contributions"
        f" where session_date in ('{day}', '{following}') group by 1 order by 1"
    )
    assert [(d, landing, left, came) for d, landing, left, came in found] == [
        (day, 1000, 1, 0),
        (following, 1000, 0, 1),
    ]


def test_a_full_refresh_gives_the_same_rows(small):
    """To the last bit, and row by row; the marked names aside."""
    marked = {"int_holding_contributions", "fct_holding_contribution_daily", "fct_holdings_change_daily"}
    columns = {table: "* exclude (name)" if table in marked else "*" for table in TABLES}
    with duckdb.connect(str(small.warehouse)) as con:
        for table, schema in TABLES.items():
            con.execute(f"create table main.{table} as select {columns[table]} from {schema}.{table}")
    build(small.warehouse, "--full-refresh")
    for table, schema in TABLES.items():
        old, new = f"select * from main.{table}", f"select {columns[table]} from {schema}.{table}"
        differing = small.query(f"select count(*) from (({old} except all {new}) union all ({new} except all {old}))")
        assert differing == [(0,)], table


def test_other_code_makes_every_day_again(small):
    with duckdb.connect(str(small.warehouse)) as con:
        con.execute("update intermediate.int_holding_contributions set code_hash = 'older', name = 'old'")
    build(small.warehouse)
    assert small.query("select count(*) from intermediate.int_holding_contributions where name = 'old'") == [(0,)]


@pytest.fixture(scope="module")
def published(simulated_home):
    with duckdb.connect(str(simulated_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        yield con


def test_every_day_of_the_simulated_market_reconciles(published):
    statuses = published.execute(
        "select fund, status, count(*), max(abs(residual_bp)) from marts.fct_holdings_reconciliation_daily"
        " where status <> 'first_file' group by 1, 2"
    ).fetchall()
    assert {(name, status) for name, status, *_ in statuses} == {
        ("IWM", "reconciled"),
        ("IVV", "reconciled"),
        ("HYG", "not_reconciled"),
        ("IEF", "not_reconciled"),
    }
    assert max(residual for *_, residual in statuses) < 3
    assert all(count >= 33 for *_, count, _ in statuses)


def test_the_events_of_the_simulated_market_are_found(published):
    found = published.execute(
        "select session_date, ticker, change, split_ratio from marts.fct_holdings_change_daily"
        " where fund = 'IWM' and not is_cash_or_derivative and change <> 'quantity_changed' order by 1"
    ).fetchall()
    assert found == [
        (PARAMETERS.split_session, PARAMETERS.split_ticker, "split_inferred", PARAMETERS.split_ratio),
        (PARAMETERS.new_session, PARAMETERS.new_ticker, "added", None),
        (PARAMETERS.dropped_session, PARAMETERS.dropped_ticker, "dropped", None),
    ]


def test_the_brief_names_the_sector_behind_a_day_of_the_funds_own(published):
    briefs = dict(
        published.execute("select session_date, markdown from marts.fct_brief_daily where fund = 'IWM'").fetchall()
    )
    story = next(line for line in briefs[PARAMETERS.specific_session].splitlines() if line.startswith("- Sector: "))
    assert re.fullmatch(
        rf"- Sector: {PARAMETERS.specific_sector} "
        r"contributed \+2\.\d\d of the \+\d\.\d\d pp that no driver accounts for",
        story,
    )
    assert f"- Holdings, pp: {PARAMETERS.specific_sector} +" in briefs[PARAMETERS.specific_session]
    assert "- Sector: " not in briefs[PARAMETERS.last_session]
    assert "- Holdings" not in briefs[date(2025, 6, 30)]  # no files that far back


def test_effects_against_the_benchmark_add_up_for_a_day_and_a_month(published):
    worst, compared = published.execute(
        "select max(abs(b.effects - (f.holdings_return_pct - i.holdings_return_pct))), count(*)"
        " from (select fund, benchmark, session_date, sum(allocation_pct + selection_pct) as effects"
        "  from marts.fct_brinson_daily group by all) as b"
        " join marts.fct_holdings_reconciliation_daily as f on f.fund = b.fund and f.session_date = b.session_date"
        " join marts.fct_holdings_reconciliation_daily as i on i.fund = b.benchmark and i.session_date = b.session_date"
    ).fetchall()[0]
    assert compared >= 33
    assert worst < 1e-9
    linked, compounded = published.execute(
        "select p.effects, (exp(sum(ln(1 + f.holdings_return_pct / 100)))"
        " - exp(sum(ln(1 + i.holdings_return_pct / 100)))) * 100"
        " from (select period_start, period_end, sum(allocation_pct + selection_pct) as effects"
        "  from marts.fct_brinson_period where fund = 'IWM' and period = 'MTD' and is_complete"
        "  and period_end = date '2026-06-30' group by all) as p"
        " join marts.fct_holdings_reconciliation_daily as f on f.fund = 'IWM'"
        "  and f.session_date between p.period_start and p.period_end"
        " join marts.fct_holdings_reconciliation_daily as i on i.fund = 'IVV' and i.session_date = f.session_date"
        " group by p.effects"
    ).fetchall()[0]
    assert linked == pytest.approx(compounded, abs=1e-9)


@pytest.fixture(scope="module")
def reconstitution(tmp_path_factory):
    """Real weights of IWM across June 2025, one file a session: the newest snapshot before the next session's."""
    with gzip.open(WEIGHTS, "rt") as file:
        read = pd.read_csv(file, keep_default_na=False)
    moment = pd.to_datetime(read.committed_at, utc=True).dt.tz_convert("America/New_York")
    calendar = session_dates(date(2025, 5, 30), date(2025, 10, 6))
    read["as_of_date"] = [max(d for d in calendar if d < m.date()) for m in moment]
    newest = read.groupby("as_of_date").committed_at.transform("max")
    snapshots = read[(read.committed_at == newest) & (read.as_of_date < date(2025, 7, 20))].reset_index(drop=True)
    lines = pd.DataFrame(
        {
            "fund": "IWM",
            "as_of_date": snapshots.as_of_date,
            "line_number": snapshots.groupby("as_of_date").cumcount() + 1,
            "ticker": snapshots.Ticker.replace({"-": None}),
            "name": snapshots.Name,
            "asset_class": "Equity",
            "market_value_usd": snapshots.Weight * 1e6,
            "weight_pct": snapshots.Weight,
            "landing_id": snapshots.as_of_date.rank(method="dense").astype(int),
            "knowledge_ts": [datetime.combine(d + timedelta(days=1), time(13)) for d in snapshots.as_of_date],
        }
    )
    warehouse = fund.write(tmp_path_factory.mktemp("weights") / "home", lines)
    build(warehouse)
    return Built(warehouse, fund.SimulatedFund(sorted(set(lines.as_of_date)), lines, pd.DataFrame(), fund.Planted()))


@pytest.mark.real_data
def test_the_real_reconstitution_of_2025_is_found(reconstitution):
    by_day = {}
    for day, change, count in reconstitution.query(
        "select session_date, change, count(*) from marts.fct_holdings_change_daily group by 1, 2"
    ):
        by_day.setdefault(day, {})[change] = count
    assert by_day[fund.RECONSTITUTION]["added"] > 200
    assert by_day[fund.RECONSTITUTION]["dropped"] > 40
    before = [sum(found.values()) for day, found in by_day.items() if day < fund.RECONSTITUTION]
    assert max(before) <= 4
    status, added, dropped, special = reconstitution.query(
        "select status, n_added, n_dropped, is_reconstitution_day from marts.fct_holdings_reconciliation_daily"
        f" where session_date = '{fund.RECONSTITUTION}'"
    )[0]
    assert (status, special) == ("no_nav", True)
    assert (added, dropped) == (by_day[fund.RECONSTITUTION]["added"], by_day[fund.RECONSTITUTION]["dropped"])


@pytest.mark.real_data
def test_additions_and_deletions_are_those_of_the_two_files(reconstitution):
    lines, days = reconstitution.fund.lines, reconstitution.fund.days
    letters = {
        day: {re.sub("[^A-Z0-9]", "", t) for t in lines[lines.as_of_date == day].ticker.dropna()} for day in days
    }
    compared = dict(
        reconstitution.query("select session_date, previous_as_of_date from marts.fct_holdings_reconciliation_daily"
                             " where status = 'no_nav'")
    )  # fmt: skip
    assert len(compared) > 15
    for day, before in compared.items():
        found = {}
        for change, holding, previous in reconstitution.query(
            "select change, holding_id, previous_holding_id from marts.fct_holdings_change_daily"
            f" where session_date = '{day}' and holding_id not like '%#%' and holding_id not like 'NAME:%'"
        ):
            # a placeholder that becomes a ticker, as PCSHD became AEBI, keeps its name
            renamed = {"added": holding, "dropped": previous} if change == "renamed" else {change: holding}
            for kind, name in renamed.items():
                found.setdefault(kind, set()).add(name)
        assert found.get("added", set()) == letters[day] - letters[before], day
        assert found.get("dropped", set()) == letters[before] - letters[day], day
