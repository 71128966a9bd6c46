"""Regression and roll-up at any size, on DuckDB and on Spark: the same Parquet files, the same SQL, results as Parquet.

Securities are regressed, never holdings: a fund's part is the weighted sum of its securities' parts.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.harness import Clock
from tests.benchmarks.regression import DRIVERS

PARTS = [f"part_{n}" for n in range(1, 7)]
SECTORS = 11
# a number in (-1, 1), all as likely, that depends on nothing but its arguments
NOISE = "((hash({0}) % 2000003) / 1000001.0 - 1)"
ROLL_UP = f"""
    select
        holdings.fund,
        holdings.time,
        holdings.sector,
        sum(holdings.weight) as weight,
        {", ".join(f"sum(holdings.weight * wide.{part}) as {part}" for part in PARTS)}
    from holdings
    inner join wide on holdings.security = wide.security and holdings.time = wide.time
    group by holdings.fund, holdings.time, holdings.sector
"""


def make_returns(folder: Path, clock: Clock, *, securities: int, sessions: int) -> dict[str, Any]:
    """Returns of securities on six drivers, long, and both joined: joined.parquet, returns.parquet, drivers.parquet."""
    drivers = ", ".join(f"1.2 * {NOISE.format(f'time, {n}')} as {x}" for n, x in enumerate(DRIVERS))
    moved = " + ".join(f"{NOISE.format(f'entity, {n}')} * {x}" for n, x in enumerate(DRIVERS))
    with clock, _duckdb(folder) as con:
        con.execute(
            f"create table drivers as select time, {drivers}, true as eligible from range({sessions}) as t (time)"
        )
        con.execute(
            f"create view joined as select entity, time, {moved} + {NOISE.format('entity, time, 99')} as y, "
            f"{', '.join(DRIVERS)}, eligible from range({securities}) as e (entity) cross join drivers"
        )
        _write(con, folder, "drivers", "from drivers")
        _write(con, folder, "joined", "from joined order by entity, time")
        _write(con, folder, "returns", "select entity, time, y from joined order by entity, time")
    return {"rows": securities * sessions}


def make_holdings(
    folder: Path, clock: Clock, *, funds: int, holdings: int, sessions: int, securities: int
) -> dict[str, Any]:
    """N funds × H holdings × D days, and what each security's return is made of: holdings.parquet, wide.parquet."""
    parts = ", ".join(f"{NOISE.format(f'security, time, {n}')} as {part}" for n, part in enumerate(PARTS))
    with clock, _duckdb(folder) as con:
        _write(con, folder, "wide", f"select security, time, {parts} from range({securities}) as s (security), "
               f"range({sessions}) as t (time)")  # fmt: skip
        _write(
            con,
            folder,
            "holdings",
            f"""
            select fund, time, (fund * 7919 + nth * 31) % {securities} as security,
                ((fund * 7919 + nth * 31) % {securities}) % {SECTORS} as sector, 100.0 / {holdings} as weight
            from range({sessions}) as t (time), range({funds}) as f (fund), range({holdings}) as h (nth)
            """,
        )
    return {"rows": funds * holdings * sessions, "bytes": (folder / "holdings.parquet").stat().st_size}


def on_duckdb(folder: Path, clock: Clock, *, made: str, sql: str, memory: str, threads: int) -> dict[str, Any]:
    """A query over the files of `made`, all views of their own names, into result.parquet."""
    with _duckdb(folder, memory, threads) as con:
        for path in Path(made).glob("*.parquet"):
            con.execute(f"create view {path.stem} as from '{path}'")
        spilt = _Spilt(folder / "spill")
        with clock, spilt:
            con.execute(f"copy ({sql}) to '{folder}/result.parquet' (format parquet)")
    return {**_summed(folder / "result.parquet"), "spilt_mb": spilt.most_mb}


def on_spark(folder: Path, clock: Clock, *, made: str, sql: str, memory: str, threads: int) -> dict[str, Any]:
    """The same on Spark in local mode. What the JVM took in the work is in the answer: no child of ours has ended."""
    import shutil

    from pyspark.sql import SparkSession

    shutil.rmtree(folder / "result", ignore_errors=True)
    builder = SparkSession.builder.master(f"local[{threads}]").config("spark.driver.memory", memory)
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder / "spill"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.CollapseProject",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    jvm = _java_of(session.sparkContext._gateway.proc.pid)
    for path in Path(made).glob("*.parquet"):
        session.read.parquet(str(path)).createOrReplaceTempView(path.stem)
    before, spilt = _cpu_of(jvm), _Spilt(folder / "spill")
    with clock, spilt:
        session.sql(sql).write.parquet(str(folder / "result"))
    used, peak = _cpu_of(jvm) - before, _peak_mb_of(jvm)
    session.stop()
    return {**_summed(folder / "result" / "*.parquet"), "cpu": used, "peak_mb": peak, "spilt_mb": spilt.most_mb}


@contextmanager
def _duckdb(folder: Path, memory: str = "6GB", threads: int = 2) -> Iterator[Any]:
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {
        "threads": threads,
        "memory_limit": memory,
        "temp_directory": str(folder / "spill"),
    }
    with duckdb.connect(config=config) as con:
        yield con


def _write(con: Any, folder: Path, name: str, query: str) -> None:
    con.execute(f"copy ({query}) to '{folder}/{name}.parquet' (format parquet)")


def _summed(files: Path) -> dict[str, Any]:
    """Rows and the sum of every number of a result, to compare programs by."""
    with _duckdb(files.parent) as con:
        names = [row[0] for row in con.execute(f"describe from '{files}'").fetchall()]
        sums = ", ".join(f'sum("{name}")' for name in names)
        rows, *found = con.execute(f"select count(*), {sums} from '{files}'").fetchall()[0]
    return {"rows": rows, "sums": [float(value) for value in found]}


class _Spilt:
    """The most a folder held while a block ran, in MB; looked at four times a second."""

    def __init__(self, folder: Path):
        self._folder, self.most_mb = folder, 0.0

    def __enter__(self) -> None:
        import threading

        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._done.wait(0.25):
            held = 0
            for path in self._folder.rglob("*"):
                try:
                    held += path.stat().st_size if path.is_file() else 0
                except OSError:
                    continue  # gone since
            self.most_mb = max(self.most_mb, held / 2**20)


def _java_of(pid: int) -> int:
    """The JVM itself: what pyspark started is a shell script that may still be its parent."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if name == "java" and int(rest.split()[1]) == pid:
            return int(stat.parent.name)
    return pid


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb_of(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
