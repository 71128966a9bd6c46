"""The worked queries of docs/queries.md, as they stand there, in the oldest and in the newest DuckDB."""

import json
import re
from pathlib import Path

import duckdb
import pytest

from tests.e2e.clients.installed import installed, python

TEXT = (Path(__file__).parents[3] / "docs" / "queries.md").read_text()
QUERIES = re.findall(r"^## (\d+)\. .*?```sql\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)
README = (Path(__file__).parents[3] / "README.md").read_text()
RUN = """
import json, sys
import duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(json.dumps([len(con.execute(query).fetchall()) for query in json.loads(sys.argv[2])]))
"""


@pytest.mark.parametrize("version", ["1.0.0", duckdb.__version__])
def test_every_query_of_the_documents_answers(simulated_home, version):
    assert [int(number) for number, _ in QUERIES] == list(range(1, 11))
    folder = None if version == duckdb.__version__ else installed(f"duckdb-{version}", f"duckdb=={version}")
    queries = [query for _, query in QUERIES] + re.findall(r"```sql\n(.*?)```", README, re.DOTALL)
    rows = json.loads(python(folder, RUN, simulated_home / "current" / "macrotape.duckdb", json.dumps(queries)))
    assert min(rows) > 0, rows
