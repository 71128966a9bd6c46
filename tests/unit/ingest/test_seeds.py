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


@pytest.mark.parametrize(("old", "new"), [("true", "yes"), ("2000-05-22", "22/05/2000")])
def test_a_cell_that_cannot_be_read_is_a_clear_error(tmp_path, old, new):
    for name in ("funds.csv", "series.csv", "driver_components.csv"):
        (tmp_path / name).write_text((SEEDS / name).read_text())
    (tmp_path / "funds.csv").write_text((SEEDS / "funds.csv").read_text().replace(old, new))
    with pytest.raises(Misconfigured, match=new):
        Catalog.load(tmp_path)


def test_a_missing_seed_is_a_clear_error(tmp_path):
    with pytest.raises(Misconfigured, match=r"funds\.csv"):
        Catalog.load(tmp_path)
