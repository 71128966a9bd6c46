"""A lake of Parquet files in place of raw tables, on DuckDB: `make test-spark` has Spark read the same."""

import duckdb
import pytest

from tests.support.dbt import dbt

VIX = (
    "select date '2025-01-02' + cast(day as integer) as observation_date, 16e0 as open, 17e0 as high, 15e0 as low,"
    " {close}::double as close, timestamp '2025-03-01 22:00' as knowledge_ts, 1::bigint as landing_id,"
    " null::varchar as payload_sha256 from range({days}) as days(day)"
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """Staging of two raw tables of which the lake has one, over a warehouse that holds a third itself."""
    folder = tmp_path_factory.mktemp("lake")
    path = folder / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema raw")
        con.execute("create table raw.treasury__par_yields as select date '2025-01-02' as observation_date,"
                    " '10 Yr' as tenor, 4.5e0 as yield_pct, timestamp '2025-01-02 22:00' as knowledge_ts,"
                    " 1::bigint as landing_id, null::varchar as payload_sha256")  # fmt: skip
        for name, query in {
            "cboe/vix": VIX.format(close=16, days=60),
            "treasury/par_yields": "select 1 as other",
        }.items():
            (folder / name).parent.mkdir(exist_ok=True)
            month = "strftime(observation_date, '%Y-%m')" if name == "cboe/vix" else "'2025-01'"
            con.execute(
                f"copy (select *, {month} as month from ({query})) to '{folder / name}'"
                " (format parquet, partition_by (month))"
            )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MACROTAPE_LAKE", str(folder))
        for _ in range(2):  # the second run finds the views of the first
            done = dbt(path, "run", "--select", "stg_cboe__vix", "stg_fred__observations", "stg_treasury__par_yields")
            assert done.returncode == 0, done.stdout
    with duckdb.connect(str(path), read_only=True) as con:
        yield con


def test_files_of_every_month_are_the_raw_table(warehouse):
    found = warehouse.execute(
        "select count(*), min(observation_date)::varchar, max(close_index) from staging.stg_cboe__vix"
    )
    assert found.fetchone() == (60, "2025-01-02", 16.0)


def test_a_table_without_files_is_empty_and_has_its_columns(warehouse):
    assert warehouse.execute("select count(*) from staging.stg_fred__observations").fetchone() == (0,)
    types = {name: kind for name, kind, *_ in warehouse.execute("describe raw.fred__observations").fetchall()}
    assert types["observation_date"] == "DATE"
    assert types["knowledge_ts"] == "TIMESTAMP"


def test_a_table_the_warehouse_holds_is_left_alone(warehouse):
    assert warehouse.execute("select yield_pct from staging.stg_treasury__par_yields").fetchall() == [(4.5,)]
