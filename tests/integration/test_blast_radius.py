"""What each source touches when it changes, refuses or is late: which funds, numbers, statuses, and the exit status.

The clean run has every publisher's value of the session. Two cases with the tests; every source in every way with
`make soak` (MACROTAPE_BLAST=all). The table is printed with the results.
"""

import os
import shutil
from dataclasses import dataclass

import duckdb
import pytest

from tests.support import homes
from tests.support.faults import AT_RANDOM, fetched, saying
from tests.support.http_server import serving

pytestmark = pytest.mark.real_data
BEFORE, DAY = "2025-12-30", "2025-12-31"
FUNDS = ("IWM", "IVV", "TLT")
NAV = "portfolioId={}&userType=individual&component=fundDownload"
KINDS = ("changed", "refused", "late")
# what a source is to the session: context and witnesses touch no number, a driver's source is replaced, a fund's own
# net asset value is replaced by closes where the fund has a symbol of its own
CONTEXT, WITNESS, DRIVER, OWN = "context", "witness", "driver", "own value"


@dataclass(frozen=True)
class Source:
    """Where a source is in an address, and what it is to the session."""

    part: str
    role: str


SOURCES = {
    "cboe:VIX": Source("cdn.cboe.com", CONTEXT),
    "fred:T10YIE": Source("id=T10YIE", CONTEXT),
    "fred:DFII10": Source("id=DFII10", CONTEXT),
    "fred:DTWEXBGS": Source("id=DTWEXBGS", CONTEXT),
    "fred:DCOILBRENTEU": Source("id=DCOILBRENTEU", CONTEXT),
    "fred:BAMLH0A0HYM2": Source("id=BAMLH0A0HYM2", CONTEXT),
    "holdings:IWM": Source("portfolioId=239710&userType=individual&component=holdings", CONTEXT),
    "fred:DGS2": Source("id=DGS2&", WITNESS),
    "fred:DGS10": Source("id=DGS10", WITNESS),
    "fred:DCOILWTICO": Source("id=DCOILWTICO", WITNESS),
    "yahoo:SPY": Source("chart/SPY", WITNESS),
    "yahoo:IWM": Source("chart/IWM", WITNESS),
    "nasdaq:USO": Source("quote/USO", WITNESS),
    "nasdaq:IWM": Source("quote/IWM", WITNESS),
    "ssga:SPY": Source("navhist-us-en-spy", WITNESS),
    "ssga:distributions": Source("spdr-etf-historical-distributions", WITNESS),
    "treasury:par_yields": Source("home.treasury.gov", DRIVER),
    "yahoo:USO": Source("chart/USO", DRIVER),
    "nav:HYG": Source(NAV.format(239565), DRIVER),
    "nav:IEF": Source(NAV.format(239456), DRIVER),
    "nav:IWM": Source(NAV.format(239710), OWN),
}
ALWAYS = (("cboe:VIX", "changed"), ("treasury:par_yields", "changed"))
CASES = ALWAYS if os.environ.get("MACROTAPE_BLAST") != "all" else [(s, k) for s in SOURCES for k in KINDS]


@dataclass
class OneSourceFails:
    """The mirror of the day; one source replies with a fault, or as on the session before."""

    today: str
    yesterday: str
    part: str = ""
    kind: str = ""
    url: str = ""

    def reply(self, path, agent=""):
        if not self.part or self.part.lower() not in path.lower():
            return fetched(self.today + path)
        if self.kind == "late":
            return fetched(self.yesterday + path)
        fault = saying(401) if self.kind == "refused" else AT_RANDOM["something else in JSON"]
        return fault(fetched(self.today + path))


@pytest.fixture(scope="module")
def sources(recent_homes):
    data = recent_homes.observations
    with (
        homes.mirror("--today", DAY, "--lag", "0", data=data) as today,
        homes.mirror("--today", BEFORE, "--lag", "0", data=data) as yesterday,
        serving(OneSourceFails(today, yesterday)) as sources,
    ):
        yield sources


@pytest.fixture(scope="module")
def clean(recent_homes):
    return published(recent_homes.clean)


def published(home):
    """Status of each fund, contributions and context columns of the last session."""
    with duckdb.connect(str(home / "current" / "macrotape.duckdb"), read_only=True) as con:
        statuses = con.execute(
            "select fund, status from marts.fct_attribution_summary_daily join marts.dim_fund using (fund)"
            " where session_date = ? and model = default_model",
            [DAY],
        ).fetchall()
        contributions = con.execute(
            "select fund, model, driver, contribution_pct from marts.fct_driver_attribution_daily"
            " where session_date = ?",
            [DAY],
        ).fetchall()
        context = con.execute("select * from marts.fct_rates_regime_daily where session_date = ?", [DAY]).df()
    return dict(statuses), {row[:3]: row[3] for row in contributions}, set(context.columns[context.isna().all()])


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_source_touches_what_depends_on_it_and_nothing_else(
    name, kind, tmp_path, sources, recent_homes, clean, record_property
):
    source, home = SOURCES[name], tmp_path / "home"
    shutil.copytree(recent_homes.before, home, symlinks=True)
    before = (home / "current").resolve()
    sources.part, sources.kind = source.part, kind
    done = recent_homes.run(home, sources.url)
    assert (home / "current").resolve() != before, done.stderr
    assert done.returncode in ((3,) if kind != "late" else (0, 3)), done.stderr
    statuses, contributions, empty = published(home)
    clean_statuses, clean_contributions, clean_empty = clean
    attributed = {key for key, value in contributions.items() if value is not None}
    differing = {
        fund
        for (fund, model, driver), value in clean_contributions.items()
        if value is not None and abs((contributions.get((fund, model, driver)) or 0) - value) > 1e-9
    }
    record_property(
        "blast",
        (
            name,
            kind,
            source.role,
            " ".join(sorted(differing)) or "none",
            " ".join(sorted(empty - clean_empty)) or "none",
            " ".join(f"{fund} {status}" for fund, status in sorted(statuses.items())),
            done.returncode,
        ),
    )
    assert set(statuses) == set(clean_statuses)
    assert {fund for fund, _, _ in attributed} == set(FUNDS)
    if source.role in (CONTEXT, WITNESS):
        assert differing == set()
    if source.role == CONTEXT:
        assert statuses == clean_statuses
    if source.role == OWN:
        assert differing <= {"IWM"}
        assert statuses["IWM"] == "provisional"
    if source.role == DRIVER:
        assert set(statuses.values()) <= {"provisional", "disputed", "final"}
        assert "provisional" in statuses.values()
