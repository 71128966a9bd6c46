"""The comparison of two builds, without Spark: it sees what it should see."""

import duckdb
import pytest

from tests.spark.compared import differences


@pytest.mark.parametrize(
    ("fund", "value", "text", "said"),
    [
        ("IWM", "1e0", "'a'", None),
        ("IWM", "1e0 + 1e-10", "'a'", None),
        ("IWM", "1e0 + 1e-8", "'a'", "value: 1 differ"),
        ("IWM", "null::double", "'a'", "value: 1 differ"),
        ("IWM", "1e0", "'b'", "text: 1 differ"),
        ("IVV", "1e0", "'a'", "rows are only on one side"),
        ("IWM", "1", "'a'", "columns are"),
    ],
)
def test_a_difference_of_any_kind_is_reported(tmp_path, fund, value, text, said):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute("create schema marts")
        con.execute("create table marts.fct as select 'IWM' as fund, 1e0 as value, 'a' as text")
        con.execute(
            f"copy (select '{fund}' as fund, {value} as value, {text} as text)"
            f" to '{tmp_path}/fct.parquet' (format parquet)"
        )
    found = differences(tmp_path / "warehouse.duckdb", f"{tmp_path}/{{mart}}.parquet", {"fct": ["fund"]})
    assert len(found) == (said is not None)
    assert said is None or said in found[0]
