"""What people and BI tools connect with, each in a version that works: reflection, frames, Parquet, Node."""

import json
import subprocess

import duckdb
import pytest

from tests.e2e.clients.installed import installed, installed_for_node, python

FRAMES = ("polars==2.1.0", "ibis-framework[duckdb]==12.0.0", "duckdb==2.0.0")

REFLECT = """
import json, sys
import sqlalchemy as sa
engine = sa.create_engine(f"duckdb:///{sys.argv[1]}", connect_args={"read_only": True})
inspector = sa.inspect(engine)
tables = {t: len(inspector.get_columns(t, schema="marts")) for t in inspector.get_table_names(schema="marts")}
table = sa.Table("fct_attribution_summary_daily", sa.MetaData(), schema="marts", autoload_with=engine)
with engine.connect() as con:
    asked = sa.select(sa.func.count(), sa.func.max(table.c.session_date)).where(table.c.fund == "IWM")
    rows, last = con.execute(asked).one()
print(json.dumps({"tables": tables, "rows": rows, "last": str(last)}))
"""
PANDAS = """
import json, sys
import duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
frame = con.execute("select session_date, return_pct from marts.fct_attribution_summary_daily where fund = 'IWM'").df()
last = str(frame.session_date.max().date())
print(json.dumps({"rows": len(frame), "last": last, "kind": str(frame.return_pct.dtype)}))
"""
POLARS = """
import json, sys
import duckdb, polars
con = duckdb.connect(sys.argv[1], read_only=True)
frame = con.sql("select session_date, return_pct from marts.fct_attribution_summary_daily where fund = 'IWM'").pl()
parquet = polars.scan_parquet(sys.argv[2]).filter(polars.col("fund") == "IWM").select("session_date", "return_pct")
assert frame.sort("session_date", "return_pct").equals(parquet.collect().sort("session_date", "return_pct"))
last = str(frame["session_date"].max())
print(json.dumps({"rows": len(frame), "last": last, "kind": str(frame["return_pct"].dtype)}))
"""
IBIS = """
import json, sys
import ibis
con = ibis.duckdb.connect(sys.argv[1], read_only=True)
table = con.table("fct_attribution_summary_daily", database="marts")
own = table.filter(table.fund == "IWM")
print(json.dumps({"rows": int(own.count().execute()), "last": str(own.session_date.max().execute())[:10]}))
"""
NODE = """
const { DuckDBInstance } = require("@duckdb/node-api");
(async () => {
  const instance = await DuckDBInstance.create(process.argv[1], { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const query = "select count(*), max(session_date) from marts.fct_attribution_summary_daily where fund = 'IWM'";
  const [[rows, last]] = (await connection.runAndReadAll(query)).getRowsJson();
  console.log(JSON.stringify({ rows: Number(rows), last }));
})();
"""


@pytest.fixture(scope="module")
def database(simulated_home):
    return (simulated_home / "current").resolve() / "macrotape.duckdb"


@pytest.fixture(scope="module")
def expected(database):
    """Columns of every table; rows and last session of a fund."""
    with duckdb.connect(str(database), read_only=True) as con:
        columns = con.execute("select table_name, column_count from duckdb_tables() where schema_name = 'marts'")
        tables = dict(columns.fetchall())
        query = (
            "select count(*), max(session_date)::varchar from marts.fct_attribution_summary_daily where fund = 'IWM'"
        )
        rows, last = con.execute(query).fetchall()[0]
    return {"tables": tables, "rows": rows, "last": last}


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        # later releases of SQLAlchemy ask the catalog for a type DuckDB does not have
        ("duckdb-engine", ["duckdb-engine==0.17.0", "sqlalchemy==2.0.44", "duckdb==1.5.6"]),
        ("duckdb-sqlalchemy", ["duckdb-sqlalchemy==1.5.6.5", "sqlalchemy>=2.1,<2.2", "duckdb==1.5.6"]),
    ],
)
def test_sqlalchemy_reflects_every_table(database, expected, name, requirements):
    assert json.loads(python(installed(name, *requirements), REFLECT, database)) == expected


def test_pandas_gets_dates_and_doubles(database, expected):
    frame = json.loads(python(None, PANDAS, database))
    assert frame == {"rows": expected["rows"], "last": expected["last"], "kind": "float64"}


def test_polars_reads_the_database_and_parquet_alike(database, expected):
    folder = installed("frames", *FRAMES)
    parquet = database.parent / "parquet" / "fct_attribution_summary_daily.parquet"
    frame = json.loads(python(folder, POLARS, database, parquet))
    assert frame == {"rows": expected["rows"], "last": expected["last"], "kind": "Float64"}


def test_ibis_asks_the_database(database, expected):
    answer = json.loads(python(installed("frames", *FRAMES), IBIS, database))
    assert answer == {"rows": expected["rows"], "last": expected["last"]}


def test_node_reads_it(database, expected):
    folder = installed_for_node("duckdb-node-api", "@duckdb/node-api@1.5.6-r.1")
    done = subprocess.run(["node", "-e", NODE, str(database)], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"rows": expected["rows"], "last": expected["last"]}


def test_a_release_is_replaced_under_readers_without_a_lock(database, tmp_path):
    """A reader that holds the old file keeps reading it; one that opens anew by the link sees the new one."""
    link = tmp_path / "current"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with duckdb.connect(str(tmp_path / name / "macrotape.duckdb")) as con:
            con.execute(f"create schema marts; create table marts.t as select '{name}' as release")
    link.symlink_to("one")
    with duckdb.connect(str(link / "macrotape.duckdb"), read_only=True) as old:
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").replace(link)
        assert old.execute("from marts.t").fetchall() == [("one",)]
    with duckdb.connect(str(link / "macrotape.duckdb"), read_only=True) as new:
        assert new.execute("from marts.t").fetchall() == [("two",)]
