"""The drivers account for the same day's return, and yesterday's drivers do not."""

import shutil

import duckdb
import pytest

from tests.support.dbt import dbt

R_SQUARED = """
with days as (
    select session_date,
        sum(contribution_pct) as return_pct,
        sum(contribution_pct) filter (driver <> 'specific') as explained_pct,
        sum(contribution_pct) filter (driver not in ('specific', 'risk_appetite')) as macro_pct
    from intermediate.int_driver_contributions
    where fund = 'IWM' and model = 'news'
    group by session_date
)
select 1 - sum(power(return_pct - explained_pct, 2)) / sum(power(return_pct, 2)),
       1 - sum(power(return_pct - macro_pct, 2)) / sum(power(return_pct, 2))
from days
"""


def r_squared(warehouse):
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(R_SQUARED).fetchall()[0]


@pytest.fixture(scope="module")
def lagged(any_home, tmp_path_factory):
    """The warehouse with every driver moved one session later, and the regressions built again."""
    warehouse = tmp_path_factory.mktemp("lagged") / "warehouse.duckdb"
    shutil.copy(any_home / "warehouse.duckdb", warehouse)
    with duckdb.connect(str(warehouse)) as con:
        con.execute(
            "create or replace table intermediate.int_driver_matrix as"
            " select lead(session_date) over (order by session_date) as session_date, * exclude (session_date)"
            " from intermediate.int_driver_matrix qualify session_date is not null"
        )
    models = ("int_regression_rows", "int_window_moments", "int_regression_estimates", "int_driver_regressions")
    built = dbt(warehouse, "run", "--select", *models, "int_driver_contributions")
    assert built.returncode == 0, built.stdout
    return warehouse


def test_same_day_drivers_account_for_most_of_the_variance(any_home):
    explained, macro = r_squared(any_home / "warehouse.duckdb")
    assert explained > 0.75
    assert macro > 0.15


def test_lagged_drivers_account_for_nothing(lagged):
    explained, macro = r_squared(lagged)
    assert explained < 0.02
    assert macro < 0.02
