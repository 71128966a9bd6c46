import subprocess
import sys
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from ingest.errors import Misconfigured
from ingest.pipeline.load import land
from ingest.registry.raw_schema import PROVENANCE
from ingest.registry.raw_tables import CBOE_VIX, FRED_OBSERVATIONS, TABLES
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.warehouse import WarehouseDates


def test_every_raw_table_is_made_as_the_registry_says(settings):
    with warehouse.connect(settings) as con:
        rows = con.execute(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_schema = 'raw' and table_name <> 'macrotape__warehouse' order by table_name, ordinal_position"
        ).fetchall()
    found: dict = {}
    for table, column, kind in rows:
        found.setdefault(table, []).append((column, kind))
    assert found == {t.name: [(c.name, c.type) for c in (*t.columns, *PROVENANCE)] for t in TABLES.values()}


def test_simulated_and_real_never_share_a_warehouse(settings):
    warehouse.connect(settings).close()
    with pytest.raises(Misconfigured, match=r"never share a warehouse.*MACROTAPE_HOME"):
        warehouse.connect(replace(settings, sources="sample"))
    warehouse.connect(replace(settings, sources="live")).close()


def test_a_warehouse_in_use_is_waited_for_and_then_named(settings):
    warehouse.connect(settings).close()
    program = (
        f"import duckdb; con = duckdb.connect({str(settings.folder.warehouse)!r}); print('open', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        waits = []
        with pytest.raises(Misconfigured, match="in use by another program"):
            warehouse.connect(settings, patience=1, sleep=waits.append)
        assert sum(waits) == 1

        def let_go(_):
            other.communicate("\n")

        warehouse.connect(settings, patience=1, sleep=let_go).close()


def test_a_file_that_is_no_warehouse_is_a_clear_error(settings):
    settings.folder.check_writable()
    settings.folder.warehouse.write_bytes(b"no database" * 1000)
    with pytest.raises(Misconfigured, match="cannot be opened"):
        warehouse.connect(settings)


def test_landed_dates_are_those_of_one_series(settings):
    frame = pd.DataFrame(
        {"fred_id": ["A", "B"], "observation_date": [date(2026, 1, 2), date(2026, 1, 5)], "value": 1.0}
    )
    with warehouse.connect(settings) as con:
        land(con, FRED_OBSERVATIONS, frame, knowledge_ts=settings.now(), payload_sha256=None)
    held = WarehouseDates(settings)
    assert held.dates(FRED_OBSERVATIONS, fred_id="A") == {date(2026, 1, 2)}
    assert held.dates(FRED_OBSERVATIONS) == {date(2026, 1, 2), date(2026, 1, 5)}
    with pytest.raises(ValueError, match="symbol"):
        held.dates(FRED_OBSERVATIONS, symbol="A")


def test_nothing_is_landed_before_the_first_run(settings):
    assert WarehouseDates(settings).dates(CBOE_VIX) == frozenset()
    assert not settings.folder.warehouse.exists()


def test_connections_keep_to_the_memory_and_spill_folder_of_the_settings(tmp_path):
    settings = Settings(home=tmp_path / "home", memory_limit="48MB", spill_folder=tmp_path / "spill")
    with warehouse.connect(settings) as con:
        limit, folder = con.execute(
            "select current_setting('memory_limit'), current_setting('temp_directory')"
        ).fetchall()[0]
        assert (limit, folder) == ("45.7 MiB", str(tmp_path / "spill"))
        con.execute("set threads = 1")
        # 64 MB of numbers to be sorted
        con.execute("create temp table sorted as select hash(i) as h, i from range(4000000) as t(i) order by h")
        assert any((tmp_path / "spill").iterdir())
        with warehouse.connect(settings) as another:
            assert another.execute("select count(*) from raw.xnys__sessions").fetchall() == [(0,)]
        assert con.execute("select count(*), sum(i) from sorted").fetchall() == [(4000000, 3999999 * 2000000)]
