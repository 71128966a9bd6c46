"""Every table of a release opens in the DuckDB that readers have: old, current and the one that wrote it.

Each client is the real package, installed apart from this environment; the package index is asked once a version.
"""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.slow

CLIENTS = Path(sys.prefix) / "clients"
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


def installed(version):
    """Folder of that DuckDB, installed if it is not there yet."""
    folder = CLIENTS / f"duckdb-{version}"
    if not (folder / "done").exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        made = subprocess.run([*pip, "--target", str(folder), f"duckdb=={version}"], capture_output=True, text=True)
        if made.returncode:
            if "No matching distribution" in made.stderr:
                pytest.skip(
                    f"DuckDB {version} has no package for Python {sys.version_info.major}.{sys.version_info.minor}"
                )
            raise AssertionError(made.stderr)
        (folder / "done").touch()
    return folder


@pytest.mark.parametrize("version", ["1.0.0", "1.4.5", "1.5.6", duckdb.__version__])
def test_every_table_reads_in_that_version(simulated_home, version):
    release = simulated_home / "current"
    path = "" if version == duckdb.__version__ else str(installed(version))
    read = subprocess.run(
        [sys.executable, "-c", READ_EVERYTHING, str(release / "macrotape.duckdb")],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert read.returncode == 0, read.stderr
    answer = json.loads(read.stdout)
    manifest = json.loads((release / "manifest.json").read_text())
    assert answer["version"] == version
    assert answer["rows"] == {table: facts["rows"] for table, facts in manifest["tables"].items()}
    assert all(answer["rows"].values())


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
