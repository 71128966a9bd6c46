"""Releases: built beside the last one, audited, switched to in one step."""

import json
import stat
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from orchestration.publishing import release
from orchestration.publishing.marts import is_portable, mart_fingerprints


@pytest.fixture
def warehouse(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts")
        con.execute("create schema staging; create table staging.private as select 1 as x")
        con.execute("""
            create table marts.fct_day as
            select date '2026-01-01' + cast(i as integer) as day, i / 3.0::double as value, 'a|b' as text
            from range(1000) as r(i)
        """)
        con.execute("create view marts.dim_view as select true as flag")
    return path


def publish_one(warehouse, home, release_id, keep=10, last=None):
    releases = home / "releases"
    with release.staging_folder(releases, release_id) as folder:
        tables = release.write_tables(warehouse, folder, last=last)
        release.write_manifest(folder, tables, {"release_id": release_id, "sources_mode": "SIMULATED"})
        published = release.activate(folder, releases, release_id, home / "current")
    release.prune(releases, home / "current", keep)
    return published


def test_a_release_holds_every_mart_as_duckdb_and_parquet(warehouse, tmp_path):
    published = publish_one(warehouse, tmp_path, "a-0001")
    with duckdb.connect(str(published.database), read_only=True) as con:
        query = "select table_schema, table_name, table_type from information_schema.tables order by 2"
        tables = con.execute(query).fetchall()
        assert tables == [("marts", "dim_view", "BASE TABLE"), ("marts", "fct_day", "BASE TABLE")]
        parquet = published.path / "parquet" / "fct_day.parquet"
        assert con.execute(f"select count(*) from (from '{parquet}' except from marts.fct_day)").fetchall() == [(0,)]
        assert con.execute("select count(*) from marts.fct_day").fetchall() == [(1000,)]


def test_a_release_can_be_read_by_every_duckdb_since_1_0(warehouse, tmp_path):
    header = publish_one(warehouse, tmp_path, "a-0001").database.read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64, "64 is the storage version of DuckDB 1.0"


def test_the_files_of_a_release_are_read_only_and_hashed(warehouse, tmp_path):
    published = publish_one(warehouse, tmp_path, "a-0001")
    files = {str(p.relative_to(published.path)) for p in published.path.rglob("*") if p.is_file()}
    assert all(stat.S_IMODE((published.path / f).stat().st_mode) == 0o444 for f in files)
    assert set(published.manifest["files"]) == files - {"manifest.json"}
    assert published.manifest["tables"]["fct_day"]["rows"] == 1000
    assert not list(published.path.glob("*.wal"))


def test_the_content_hash_ignores_the_order_of_rows_and_nothing_else(tmp_path):
    def content(name, query):
        path = tmp_path / f"{name}.duckdb"
        with duckdb.connect(str(path)) as con:
            con.execute(f"create schema marts; create table marts.t as {query}")
        return mart_fingerprints(path)["t"].content_sha256

    rows = "select * from (values (1, 'x'), (2, null), (2, null)) as v(a, b)"
    assert content("one", rows) == content("two", f"{rows} order by a desc")
    assert content("one_less", f"select distinct * from ({rows})") != content("one_again", rows)
    assert content("named", f"select a, b as c from ({rows})") != content("unnamed", rows)
    assert content("typed", f"select a::bigint as a, b from ({rows})") != content("untyped", rows)
    assert content("other", rows.replace("'x'", "'y'")) != content("one_more", rows)


@pytest.mark.parametrize(
    ("data_type", "allowed"),
    [("DOUBLE", True), ("DECIMAL(18,2)", True), ("DECIMAL(19,2)", False), ("TIMESTAMP WITH TIME ZONE", True),
     ("HUGEINT", False), ("FLOAT", False), ("STRUCT(a INTEGER)", False), ("INTEGER[]", False), ("UBIGINT", False)],
)  # fmt: skip
def test_only_types_every_reader_knows_are_allowed(data_type, allowed):
    assert is_portable(data_type) is allowed


def test_a_type_readers_do_not_know_is_refused_by_name(warehouse, tmp_path):
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create table marts.fct_list as select [1, 2] as several")
    with pytest.raises(release.ReleaseError, match=r"fct_list\.several INTEGER\[\]"):
        publish_one(warehouse, tmp_path, "a-0001")
    assert not (tmp_path / "current").exists()


def test_a_warehouse_without_marts_is_refused(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(release.ReleaseError, match="no table in schema marts"):
        publish_one(path, tmp_path, "a-0001")


def test_the_switch_is_atomic_and_relative(warehouse, tmp_path):
    publish_one(warehouse, tmp_path, "a-0001")
    publish_one(warehouse, tmp_path, "a-0002")
    assert (tmp_path / "current").readlink() == Path("releases/a-0002")
    assert release.read_release(tmp_path / "current").release_id == "a-0002"
    moved = tmp_path.with_name(f"{tmp_path.name}-moved")
    tmp_path.rename(moved)
    assert release.read_release(moved / "current").release_id == "a-0002"


def test_a_reader_of_the_last_release_is_not_disturbed_by_the_next(warehouse, tmp_path):
    publish_one(warehouse, tmp_path, "a-0001")
    with duckdb.connect(str(tmp_path / "current" / "macrotape.duckdb"), read_only=True) as reader:
        publish_one(warehouse, tmp_path, "a-0002")
        assert reader.execute("select count(*) from marts.fct_day").fetchall() == [(1000,)]


def test_a_crash_while_building_leaves_the_last_release(warehouse, tmp_path):
    publish_one(warehouse, tmp_path, "a-0001")

    def crash_half_way():
        with release.staging_folder(tmp_path / "releases", "a-0002") as folder:
            release.write_tables(warehouse, folder)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash_half_way()
    assert [p.name for p in (tmp_path / "releases").iterdir()] == ["a-0001"]
    assert release.read_release(tmp_path / "current").release_id == "a-0001"


def test_what_a_killed_run_left_half_built_is_swept_away(warehouse, tmp_path):
    leftover = tmp_path / "releases" / ".building-a-0001"
    leftover.mkdir(parents=True)
    (leftover / "macrotape.duckdb").write_bytes(b"half")
    publish_one(warehouse, tmp_path, "a-0002")
    assert not leftover.exists()


def change_day(warehouse, rows):
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create or replace table marts.fct_text as select 'x' || i as text from range(?) as r(i)", [rows])


def test_what_the_last_release_holds_is_taken_from_it_and_the_rest_replaced(warehouse, tmp_path):
    change_day(warehouse, 100)
    first = publish_one(warehouse, tmp_path, "a-0001")
    change_day(warehouse, 200)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("drop view marts.dim_view; create table marts.dim_new as select 1 as x")
    second = publish_one(warehouse, tmp_path, "a-0002", last=first)
    alone = publish_one(warehouse, tmp_path, "a-0003")
    assert second.manifest["tables"] == alone.manifest["tables"] == facts(warehouse)
    assert facts(first.database) == first.manifest["tables"]
    same, other = "parquet/fct_day.parquet", "parquet/fct_text.parquet"
    assert second.manifest["files"][same] == first.manifest["files"][same]
    assert second.manifest["files"][other] != first.manifest["files"][other]
    assert {p.name for p in (second.path / "parquet").iterdir()} == {p.name for p in (alone.path / "parquet").iterdir()}
    assert int.from_bytes(second.database.read_bytes()[12:20], "little") == 64, (
        "64 is the storage version of DuckDB 1.0"
    )


@pytest.mark.parametrize("harm", ["rows", "file", "parquet", "gone"])
def test_a_last_release_that_somebody_changed_is_not_taken_from(warehouse, tmp_path, harm):
    first = publish_one(warehouse, tmp_path, "a-0001")
    for path in (first.database, first.path / "parquet" / "fct_day.parquet"):
        path.chmod(0o644)
    if harm == "rows":
        with duckdb.connect(str(first.database)) as con:
            con.execute("update marts.fct_day set value = 0 where day = date '2026-01-02'")
    elif harm == "file":
        first.database.write_bytes(b"no database")
    elif harm == "gone":
        first.database.unlink()
    else:
        (first.path / "parquet" / "fct_day.parquet").write_bytes(b"no parquet")
    second = publish_one(warehouse, tmp_path, "a-0002", last=first)
    assert second.manifest["tables"] == facts(second.database) == facts(warehouse)
    query = f"select count(*) from '{second.path}/parquet/fct_day.parquet'"
    assert duckdb.sql(query).fetchall() == [(1000,)]


def facts(database):
    return {name: asdict(table) for name, table in mart_fingerprints(database).items()}


def test_a_release_id_is_used_once(warehouse, tmp_path):
    publish_one(warehouse, tmp_path, "a-0001")
    with pytest.raises(release.ReleaseError, match="exists already"):
        publish_one(warehouse, tmp_path, "a-0001")


def test_the_oldest_releases_go_but_never_the_current_one(warehouse, tmp_path):
    for n in range(1, 5):
        publish_one(warehouse, tmp_path, f"a-{n:04d}")
    release.swap_current_link(tmp_path / "current", tmp_path / "releases" / "a-0001")
    removed = release.prune(tmp_path / "releases", tmp_path / "current", keep=2)
    assert removed == ["a-0002"]
    assert sorted(p.name for p in (tmp_path / "releases").iterdir()) == ["a-0001", "a-0003", "a-0004"]


@pytest.mark.parametrize(
    ("taken", "expected"),
    [(set(), "t-0001"), ({"t-0001", "t-0002"}, "t-0003"), ({"s-0009"}, "t-0001"), ({"t-0001", "t-odd"}, "t-0002")],
)
def test_release_ids_increase_at_equal_times(taken, expected):
    assert release.next_release_id("t", taken) == expected


@pytest.mark.parametrize("content", [None, "", "{broken"])
def test_a_missing_or_damaged_release_is_said_in_one_line(tmp_path, content):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(release.ReleaseError) as caught:
        release.read_release(tmp_path)
    assert "\n" not in str(caught.value)


def test_the_manifest_is_json_with_the_tables_in_order(warehouse, tmp_path):
    published = publish_one(warehouse, tmp_path, "a-0001")
    manifest = json.loads((published.path / "manifest.json").read_text())
    assert list(manifest["tables"]) == ["dim_view", "fct_day"]
    assert manifest["sources_mode"] == "SIMULATED"
