"""A driver is rows in seeds: added to them, it is attributed, linked and written about, and nothing else changes."""

import shutil

import duckdb
import pytest

from tests.support.dbt import dbt
from tests.support.macro import DBT_PROJECT

NEW_ROWS = {
    "drivers.csv": ["dollar,6,Dollar,true,The broad dollar"],
    "driver_components.csv": ["dollar,dollar,dollar,1,fred:DTWEXBGS,1,return_pct,pct,,true"],
    "attribution_models.csv": [
        "news,8,dollar,dollar,all,dollar,sequential,false",
        "ordered,6,dollar,dollar,all,dollar,sequential,true",
        "joint,6,dollar,dollar,all,dollar,joint,true",
        "bond,6,dollar,dollar,all,dollar,sequential,true",
    ],
    "scenarios.csv": ["dollar_up_1pct,9,dollar +1 %,dollar,dollar,1,pct"],
}


@pytest.fixture(scope="module")
def extended(simulated_home, tmp_path_factory):
    """The simulated warehouse built by a copy of the project that has one more driver."""
    folder = tmp_path_factory.mktemp("extended")
    project = folder / "project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    for seed, rows in NEW_ROWS.items():
        path = project / "seeds" / seed
        path.write_text(path.read_text() + "\n".join(rows) + "\n")
    warehouse = folder / "warehouse.duckdb"
    shutil.copy(simulated_home / "warehouse.duckdb", warehouse)
    built = dbt(warehouse, "build", "--exclude-resource-type", "unit_test", project=project)
    assert built.returncode == 0, built.stdout
    with duckdb.connect(str(warehouse), read_only=True) as con:
        yield con


def test_a_driver_added_to_the_seeds_is_attributed_in_every_model(extended):
    models = extended.execute(
        "select model, count(*) from marts.fct_driver_attribution_daily"
        " where driver = 'dollar' and fund = 'IWM' group by model"
    ).fetchall()
    assert {model for model, _ in models} == {"news", "ordered", "joint", "bond"}
    assert all(n > 400 for _, n in models)


def test_a_driver_last_in_order_leaves_the_others_unchanged(extended, simulated_home):
    """Blocks asked earlier do not know who is asked later; only windows with a missing dollar may differ."""
    extended.execute(f"attach '{simulated_home / 'warehouse.duckdb'}' as before (read_only)")
    same, rows = extended.execute(
        "select count(*) filter (abs(a.contribution_pct - b.contribution_pct) < 1e-9), count(*)"
        " from marts.fct_driver_attribution_daily as a"
        " join before.marts.fct_driver_attribution_daily as b using (fund, session_date, model, driver)"
        " where model = 'ordered' and driver in ('oil', 'rates') and session_date < '2024-10-01'"
    ).fetchall()[0]
    assert rows > 1000
    assert same == rows


def test_it_is_linked_over_periods_and_has_scenarios_and_a_line_in_the_brief(extended):
    def one(query):
        return extended.execute(query).fetchall()[0][0]

    assert one("select count(*) from marts.fct_attribution_period where driver = 'dollar'") > 0
    assert one("select count(*) from marts.fct_scenario where driver = 'dollar'") > 0
    assert one("select count(*) from marts.fct_brief_daily where markdown like '%| Dollar |%'") > 400
