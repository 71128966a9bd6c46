import json
import os
import shutil
import signal
from dataclasses import replace
from datetime import date, datetime, timedelta

import duckdb
import pandas as pd
import pytest

from ingest.errors import Misconfigured
from ingest.http.client import Transport
from ingest.pipeline.backfill import backfill, known
from ingest.pipeline.bookkeeping import SourceCheck, write_checks
from ingest.pipeline.load import land
from ingest.pipeline.raw_table import collect_table
from ingest.pipeline.replay import replay
from ingest.registry.raw_schema import PROVENANCE
from ingest.registry.raw_tables import CBOE_VIX, FRED_OBSERVATIONS, ISHARES_HOLDINGS, TABLES
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources.base import Plan
from ingest.storage import lake, warehouse
from ingest.storage import object_store as lake_place
from ingest.storage.archive import Archive
from tests.support.laked import T0, land_values


@pytest.fixture
def laked(settings, tmp_path):
    """Settings of a mirror that nobody runs, with a lake beside the data folder."""
    return replace(settings, lake=tmp_path / "lake")


def _in_lake(settings, table):
    """Rows and column types as an engine reads them that knows nothing but the folder."""
    files = sorted(lake.folder_of(settings.lake, table).glob("month=*/*.parquet"))
    if not files:
        return [], None
    with duckdb.connect() as con:
        query = "from read_parquet(?, hive_partitioning = false)"
        types = [row[:2] for row in con.execute(f"describe {query}", [list(map(str, files))]).fetchall()]
        return con.execute(f"{query} order by all", [list(map(str, files))]).fetchall(), types


def _in_warehouse(settings, table):
    with warehouse.connect(settings) as con:
        return con.execute(f'from raw."{table.name}" order by all').fetchall()


def _assert_equal(settings):
    for table in TABLES.values():
        rows, types = _in_lake(settings, table)
        assert rows == _in_warehouse(settings, table), table.name
        if types:
            assert types == [(c.name, c.type) for c in (*table.columns, *PROVENANCE)]


def _files(settings):
    return sorted(str(p.relative_to(settings.lake)) for p in settings.lake.rglob("*.parquet"))


def test_nothing_is_written_where_no_lake_is_set(settings, tmp_path):
    land_values(settings, 4.1)
    assert lake.append_new_landings(settings) == 0
    lake.check_belongs(settings)
    lake.reset(settings)
    assert [p.name for p in tmp_path.iterdir()] == ["home"]


def test_history_that_was_there_before_the_lake_is_written(laked):
    land_values(laked, 4.1, 4.2)
    land_values(laked, 4.1, 4.3, at=T0 + timedelta(days=1))
    assert lake.append_new_landings(laked) == 3
    _assert_equal(laked)


def test_files_lie_by_source_table_and_month_and_are_never_touched_again(laked):
    land_values(laked, 4.1, 4.2)
    lake.append_new_landings(laked)
    first = {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in laked.lake.rglob("*.parquet")}
    assert _files(laked) == [
        "fred/observations/month=2025-12/000000000000-000000000001_0.parquet",
        "fred/observations/month=2026-01/000000000000-000000000001_0.parquet",
    ]
    land_values(laked, 4.1, 4.3, 4.4, at=T0 + timedelta(days=1))
    assert lake.append_new_landings(laked) == 2
    assert _files(laked)[2:] == ["fred/observations/month=2026-01/000000000002-000000000002_0.parquet"]
    assert {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in first} == first
    _assert_equal(laked)


def test_syncing_without_new_rows_writes_nothing(laked):
    land_values(laked, 4.1)
    lake.append_new_landings(laked)
    before = {p: p.stat().st_mtime_ns for p in laked.lake.rglob("*")}
    assert lake.append_new_landings(laked) == 0
    assert {p: p.stat().st_mtime_ns for p in laked.lake.rglob("*")} == before


def test_many_landings_make_one_file_a_table_and_month(laked):
    for step in range(12):
        land_values(laked, 4.1 + step, start=date(2026, 1, 2) + timedelta(days=step), at=T0 + timedelta(days=step))
    lake.append_new_landings(laked)
    assert len(_files(laked)) == 1
    _assert_equal(laked)


def test_rows_without_a_moment_in_their_date_column_are_not_lost(laked):
    with warehouse.connect(laked) as con:
        con.execute("insert into raw.macrotape__releases by name select 'r' as release_id, 1 as landing_id")
    lake.append_new_landings(laked)
    assert (
        lake.folder_of(laked.lake, TABLES["macrotape__releases"]).joinpath("month=__HIVE_DEFAULT_PARTITION__").is_dir()
    )
    _assert_equal(laked)


def test_bookkeeping_and_sources_of_a_market_are_all_in_the_lake(tmp_path):
    simulated = Settings(home=tmp_path / "home", lake=tmp_path / "lake")
    catalog, archive = Catalog.load(), Archive(simulated.folder.archive)
    for now in ("2026-06-26T13:00:00+00:00", "2026-06-30T13:00:00+00:00"):
        moment = replace(simulated, pretend_now=datetime.fromisoformat(now))
        plan = Plan.of(moment, catalog, funds=["IVV"], since=date(2026, 5, 1))
        for table in ("cboe__vix", "treasury__par_yields", "fred__observations", "xnys__sessions"):
            collect_table(
                table, plan, settings=moment, catalog=catalog, transport=Transport(moment, catalog), archive=archive
            )
        lake.append_new_landings(moment)
        _assert_equal(moment)
    assert {p.split("/")[1] for p in _files(simulated)} == {
        "vix", "par_yields", "observations", "sessions", "source_checks",
    }  # fmt: skip


def test_a_backfill_ends_in_the_lake(tmp_path):
    settings = Settings(home=tmp_path / "home", lake=tmp_path / "lake")
    archive, day = Archive(settings.folder.archive), date(2026, 6, 24)
    progress = known(settings, archive, "IWM", day, day)
    backfill(settings, archive, Transport(settings), "IWM", progress)
    assert _in_lake(settings, ISHARES_HOLDINGS)[0]
    _assert_equal(settings)


def _replayable(settings):
    archive = Archive(settings.folder.archive)
    check = SourceCheck("fred:DGS10", T0, "landed", date(2026, 1, 2), None, 1, False, "")
    for step in range(3):
        moment = replace(settings, pretend_now=T0 + timedelta(days=step))
        write_checks(moment, archive, [replace(check, checked_at=moment.now(), rows_landed=step)])
    return archive


def test_a_replay_is_followed_by_the_lake(laked):
    archive = _replayable(laked)
    land_values(laked, 4.1)  # noted in no archive: a replay does not bring it back
    lake.append_new_landings(laked)
    replay(laked, archive)
    assert not _in_warehouse(laked, FRED_OBSERVATIONS)
    _assert_equal(laked)
    assert not list(laked.lake.glob("fred/**/*.parquet"))


def test_a_replay_killed_before_the_lake_was_written_is_made_good(laked, monkeypatch):
    archive = _replayable(laked)
    land_values(laked, 4.1)
    lake.append_new_landings(laked)
    append_new_landings = lake.append_new_landings
    monkeypatch.setattr(lake, "append_new_landings", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        replay(laked, archive)
    monkeypatch.undo()
    append_new_landings(laked)
    _assert_equal(laked)


def test_a_lake_without_its_mark_is_rewritten_in_fewer_files(laked):
    for step in range(3):
        land_values(laked, 4.1 + step, start=date(2026, 1, 2), at=T0 + timedelta(days=step))
        lake.append_new_landings(laked)
    assert len(_files(laked)) == 3
    (laked.lake / lake.MARK).unlink()
    assert lake.append_new_landings(laked) == 3
    assert len(_files(laked)) == 1
    _assert_equal(laked)


@pytest.mark.parametrize("step", ["copy", "unlink", "put", "move", "mark"])
def test_killed_in_the_middle_nothing_is_half_written_and_nothing_doubled(laked, monkeypatch, step):
    land_values(laked, 4.1, 4.2)
    lake.append_new_landings(laked)
    land_values(laked, 4.1, 4.3, start=date(2026, 1, 30), at=T0 + timedelta(days=1))
    with warehouse.connect(laked) as con:
        row = {"observation_date": [date(2026, 1, 2)]} | dict.fromkeys(("open", "high", "low", "close"), 1.0)
        land(con, CBOE_VIX, pd.DataFrame(row), knowledge_ts=T0, payload_sha256=None)
    _killed_in(laked, step)
    for table in (FRED_OBSERVATIONS, CBOE_VIX):
        seen, held = _in_lake(laked, table)[0], _in_warehouse(laked, table)
        assert set(seen) <= set(held), "every file that shows is whole"
        assert len(seen) == len(set(seen))
    land_values(laked, 4.5, start=date(2026, 1, 30), at=T0 + timedelta(days=2))
    lake.append_new_landings(laked)
    _assert_equal(laked)
    assert not (laked.lake / lake.STAGING).exists()


def _killed_in(settings, step):
    """Catch up in a child that kills itself on storage_errors a step for the second time, or the first mark."""
    pid = os.fork()
    if pid == 0:
        calls = []

        def deadly(wrapped, at):
            def run(*arguments):
                calls.append(at)
                if len(calls) >= at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return wrapped(*arguments)

            return run

        module, name, at = {
            "copy": (lake, "_stage", 3),
            "unlink": (lake, "_remove_above", 2),
            "put": (lake, "put", 3),
            "move": (lake_place, "sync", 2),
            "mark": (lake, "_write_mark", 1),
        }[step]
        setattr(module, name, deadly(getattr(module, name), at))
        lake.append_new_landings(settings)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def test_simulated_and_real_observations_never_share_a_lake(laked, tmp_path):
    land_values(laked, 4.1)
    lake.append_new_landings(laked)
    simulated = Settings(home=tmp_path / "other", lake=laked.lake)
    for act in (lake.check_belongs, lake.append_new_landings, lake.reset):
        with pytest.raises(Misconfigured, match="never share a lake"):
            act(simulated)
    _assert_equal(laked)


def test_two_warehouses_never_share_a_lake(laked, tmp_path):
    land_values(laked, 4.1)
    lake.append_new_landings(laked)
    other = replace(laked, home=tmp_path / "other")
    land_values(other, 4.1, 4.2)
    for act in (lake.check_belongs, lake.append_new_landings):
        with pytest.raises(Misconfigured, match="another warehouse"):
            act(other)
    _assert_equal(laked)


def test_a_mark_that_is_none_is_refused(laked):
    laked.lake.mkdir()
    (laked.lake / lake.MARK).write_text(json.dumps({"landing": 1}))
    with pytest.raises(Misconfigured, match="not the high-water mark"):
        lake.append_new_landings(laked)


def test_a_folder_moved_with_its_warehouse_continues(laked, tmp_path):
    land_values(laked, 4.1)
    lake.append_new_landings(laked)
    shutil.move(laked.home, tmp_path / "moved")
    moved = replace(laked, home=tmp_path / "moved")
    land_values(moved, 4.2, at=T0 + timedelta(days=1))
    assert lake.append_new_landings(moved) == 1
    _assert_equal(moved)
