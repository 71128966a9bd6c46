"""Every table of a release opens in the DuckDB that readers have: old, current and the one that wrote it.

Each client is the real package, installed apart from this environment; the package index is asked once a version.
"""

import json

import duckdb
import pytest

from tests.e2e.clients.installed import installed, python

READ_EVERYTHING = """
import json, sys
import duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
con.execute("set enable_progress_bar = false")  # old versions print it among the answers of slow queries
tables = [row[0] for row in con.execute(
    "select table_name from information_schema.tables where table_schema = 'marts' order by 1").fetchall()]
rows = {table: len(con.execute(f"select * from marts.{table}").fetchall()) for table in tables}
print(json.dumps({"version": duckdb.__version__, "rows": rows}))
"""


@pytest.mark.parametrize("version", ["1.0.0", "1.4.5", "1.5.6", duckdb.__version__])
def test_every_table_reads_in_that_version(simulated_home, version):
    release = simulated_home / "current"
    folder = None if version == duckdb.__version__ else installed(f"duckdb-{version}", f"duckdb=={version}")
    answer = json.loads(python(folder, READ_EVERYTHING, release / "macrotape.duckdb"))
    manifest = json.loads((release / "manifest.json").read_text())
    assert answer["version"] == version
    assert answer["rows"] == {table: facts["rows"] for table, facts in manifest["tables"].items()}
    assert sum(answer["rows"].values()) > 100_000


def test_parquet_holds_the_same_rows(simulated_home):
    release = simulated_home / "current"
    with duckdb.connect() as con:
        con.execute(f"attach '{release / 'macrotape.duckdb'}' as release (read_only)")
        tables = con.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        assert len(tables) > 15
        for (table,) in tables:
            parquet = f"read_parquet('{release / 'parquet' / table}.parquet')"
            for a, b in ((f"release.marts.{table}", parquet), (parquet, f"release.marts.{table}")):
                assert con.execute(f"select * from {a} except all select * from {b} limit 1").fetchall() == []
