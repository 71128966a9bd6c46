import re

import pytest

from ingest.errors import Misconfigured
from ingest.registry.seeds import Catalog
from tests.support.homes import PROJECT

SEEDS = PROJECT / "dbt_project" / "seeds"


def test_a_fund_is_found_whatever_its_case():
    fund = Catalog.load().fund("iwm")
    assert (fund.fund, fund.portfolio_id, fund.benchmark_fund) == ("IWM", "239710", "IVV")


def test_an_unknown_fund_names_the_known_ones():
    with pytest.raises(Misconfigured, match="known funds: IWM, IVV"):
        Catalog.load().fund("SPX")


def test_only_preferred_series_count_as_driver_inputs():
    catalog = Catalog.load()
    assert catalog.is_driver_input("close:USO")
    assert not catalog.is_driver_input("fred:DCOILWTICO")


def test_driver_funds_come_from_the_components():
    assert set(Catalog.load().driver_funds) == {"IVV", "HYG", "IEF"}


def test_every_component_names_a_series_or_a_fund_of_the_catalog():
    catalog = Catalog.load()
    known = {s.series for s in catalog.series} | {f"nav:{f.fund}" for f in catalog.funds}
    assert {c.series for c in catalog.components} <= known


@pytest.mark.parametrize(
    ("seed", "old", "new", "problem"),
    [
        ("funds", "IVV,true", "IVV,yes", "funds.csv, line 2: column is_attributed is 'yes': expected true or false"),
        (
            "funds",
            "2000-05-15",
            "15/05/2000",
            "funds.csv, line 3: column inception_date is '15/05/2000': input",
        ),
        ("funds", "has_holdings", "holdings", "funds.csv, line 2: column has_holdings is missing"),
        ("series", "bond,0,", "bond,soon,", "series.csv, line 2: column publication_lag_sessions is 'soon': input"),
        ("driver_components", "oil,1,", "oil,first,", "driver_components.csv, line 2: column source_rank is 'first'"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_by_file_line_and_column(tmp_path, seed, old, new, problem):
    for name in ("funds.csv", "series.csv", "driver_components.csv"):
        text = (SEEDS / name).read_text()
        (tmp_path / name).write_text(text.replace(old, new, 1) if name == f"{seed}.csv" else text)
    with pytest.raises(Misconfigured, match=re.escape(problem)) as caught:
        Catalog.load(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_missing_seed_is_a_clear_error(tmp_path):
    with pytest.raises(Misconfigured, match=r"funds\.csv"):
        Catalog.load(tmp_path)
