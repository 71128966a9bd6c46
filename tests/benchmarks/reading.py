"""Reading a release: the ten documented queries, cold and warm; and what publishing costs by size."""

import os
import re
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.harness import PROJECT, Clock

WARM = 15


def queries() -> list[tuple[str, str]]:
    """Title and SQL of each query of docs/queries.md."""
    text = (PROJECT / "docs" / "queries.md").read_text()
    return re.findall(r"^## \d+\. (.*?)\n.*?```sql\n(.*?)```", text, re.DOTALL | re.MULTILINE)


def released(folder: Path, clock: Clock, *, release: str, nth: int) -> dict[str, Any]:
    """One query on the release: cold is the first thing a connection does, warm the median of some more."""
    import duckdb

    _, query = queries()[nth]
    with clock, duckdb.connect(f"{release}/macrotape.duckdb", read_only=True) as con:
        rows = con.execute(query).fetchall()
        cold = clock.lap()
        return {"rows": len(rows), "text": repr(rows), "cold_s": cold, "warm_s": _warm(con, query)}


def parquet(folder: Path, clock: Clock, *, release: str, nth: int) -> dict[str, Any]:
    """The same query on the release's Parquet files, as views."""
    import duckdb

    _, query = queries()[nth]
    with clock, duckdb.connect() as con:
        con.execute("create schema marts")
        for path in sorted(Path(release, "parquet").glob("*.parquet")):
            con.execute(f"create view marts.{path.stem} as from '{path}'")
        rows = con.execute(query).fetchall()
        cold = clock.lap()
        return {"rows": len(rows), "text": repr(rows), "cold_s": cold, "warm_s": _warm(con, query)}


def nothing(folder: Path, clock: Clock, *, release: str) -> dict[str, Any]:
    """The limit of cold: open the file and read one row."""
    import duckdb

    with clock, duckdb.connect(f"{release}/macrotape.duckdb", read_only=True) as con:
        con.execute("select release_id from marts.dim_release limit 1").fetchall()
        return {"cold_s": clock.lap(), "warm_s": _warm(con, "select release_id from marts.dim_release limit 1")}


def _warm(con: Any, query: str) -> float:
    seconds = []
    for _ in range(WARM):
        began = time.perf_counter()
        con.execute(query).fetchall()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def marts_file(folder: Path, clock: Clock, *, rows: int) -> dict[str, Any]:
    """A warehouse with one synthetic mart, shaped as the largest of ours."""
    import duckdb

    path = folder / "warehouse.duckdb"
    path.unlink(missing_ok=True)
    with clock, duckdb.connect(str(path)) as con:
        con.execute("create schema marts")
        con.execute(
            f"""
            create table marts.fct_synthetic as
            select 'F' || (i % 9)::varchar as fund, date '2007-01-03' + (i // 180 % 6800)::integer as session_date,
                'model ' || (i % 3)::varchar as model, 'driver ' || (i // 9 % 5)::varchar as driver,
                (hash(i) % 1000000) / 1e5 - 5 as contribution_pct, (hash(i + 1) % 1000000) / 1e6 as contribution_se_pct,
                (hash(i + 2) % 100000) / 1e4 as t_stat, (i % 7 = 0) as is_lead, (i % 5)::integer as rank
            from range({rows}) as t(i)
            """
        )
    return {"bytes": path.stat().st_size}


def publish(folder: Path, clock: Clock) -> dict[str, Any]:
    """Copy, export, hash, flush and switch: what a run does when everything passed."""
    from ingest.settings import Settings
    from orchestration.publishing import release

    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(home=home)
    with clock, release.staging_folder(settings.folder.releases, "1") as building:
        facts = release.write_tables(folder.parent / "marts" / "warehouse.duckdb", building, settings)
        release.write_manifest(building, facts, {})
        release.activate(building, settings.folder.releases, "1", settings.folder.current)
    published = (settings.folder.current / "macrotape.duckdb").stat().st_size
    shutil.rmtree(home)
    return {"rows": facts["fct_synthetic"].rows, "bytes": published}


def copy_alone(folder: Path, clock: Clock) -> dict[str, Any]:
    """The limit: DuckDB copies the table into a new file, which is flushed to disk."""
    import duckdb

    target = folder / "copy.duckdb"
    target.unlink(missing_ok=True)
    with clock:
        with duckdb.connect() as con:
            con.execute(f"attach '{folder.parent / 'marts' / 'warehouse.duckdb'}' as made (read_only)")
            con.execute(f"attach '{target}' as copied (storage_version 'v1.0.0')")
            con.execute("create table copied.fct_synthetic as from made.marts.fct_synthetic")
            rows = con.execute("select count(*) from copied.fct_synthetic").fetchall()[0][0]
            con.execute("checkpoint copied")
        handle = os.open(target, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    return {"rows": rows, "bytes": target.stat().st_size}
