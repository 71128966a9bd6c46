"""`python -m tests.benchmarks.against COMMIT`: the SQL of this checkout against that of another commit, in one run.

Both dbt projects are built whole, checks included, on copies of the same raw tables, in turns, by the dbt and the
DuckDB that are installed. What a relation holds is compared by a hash over all its rows.
"""

import argparse
import io
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import duckdb

from tests.benchmarks import daily
from tests.benchmarks.harness import PROJECT, Clock, Cost, measure
from tests.benchmarks.tables import machine, number, table
from tests.support import homes

OURS = "this checkout"


def main() -> None:
    """Measure and print both."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.against", description=__doc__)
    asked.add_argument("commit", help="anything git understands, such as main~3")
    asked.add_argument("--repeats", type=int, default=3, help="builds of each")
    asked.add_argument("--quick", action="store_true", help="on the simulated market, not on 18 years of real ones")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="macrotape-against-") as name:
        folder = Path(name)
        raw, data = _landed(folder, options.quick)
        projects = {options.commit: _checked_out(options.commit, folder), OURS: PROJECT / "dbt_project"}
        costs: dict[str, list[Cost]] = {each: [] for each in projects}
        for _ in range(options.repeats):
            for each, project in projects.items():
                print(f"build {each}", file=sys.stderr, flush=True)
                work = folder / "work"
                shutil.rmtree(work, ignore_errors=True)
                where: dict[str, Any] = {"project": str(project), "raw": str(raw)}
                costs[each].append(measure("against:build", work, repeats=1, **where))
        print(f"{machine(options.quick, 'against')}\n{_printed(data, costs)}")


def build(folder: Path, clock: Clock, *, project: str, raw: str) -> dict[str, Any]:
    """`dbt build` of a project, on a copy of the raw tables; SQL seconds and the hash of every relation."""
    warehouse, results = folder / "warehouse.duckdb", folder / "dbt"
    shutil.copy(raw, warehouse)
    folders = {"--project-dir": project, "--profiles-dir": project, "--target-path": results, "--log-path": results}
    options = [str(word) for option in folders.items() for word in option]
    environment = {**os.environ, "MACROTAPE_WAREHOUSE": warehouse.name, "DO_NOT_TRACK": "1"}

    def dbt(command: str) -> None:
        words = [sys.executable, "-m", "dbt.cli.main", command, *options]
        done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stdout[-3000:])

    dbt("parse")  # what is left is the SQL, and what dbt adds to each of it
    with clock:
        dbt("build")
    models, checks = daily.sql_seconds(folder)
    return {"models_s": models, "checks_s": checks, "held": _held(warehouse)}


def _held(warehouse: Path) -> dict[str, dict[str, Any]]:
    """By relation dbt made: a hash of its rows, one of the columns that are no fractions, and the sums of those."""
    # one thread: a view adds up as the tables were added up
    with duckdb.connect(str(warehouse), read_only=True, config={"threads": 1}) as con:
        columns = con.execute(
            "select schema_name || '.' || table_name, list(column_name order by column_index),"
            " list(column_name order by column_index) filter (data_type = 'DOUBLE') from duckdb_columns()"
            " where database_name = 'warehouse' and schema_name not in ('raw', 'main', 'build_state') group by all"
        ).fetchall()
        return {name: _held_by(con, name, every, doubles or []) for name, every, doubles in columns}


def _held_by(con: duckdb.DuckDBPyConnection, name: str, every: list[str], doubles: list[str]) -> dict[str, Any]:
    def asked(what: str, held: str) -> Any:
        return con.execute(f"select {what} from ({held}) as held").fetchall()[0]

    # what of holdings files is kept from one build to the next names the code that made it
    left_out = [*doubles, *({"code_hash"} & set(every))]
    hashed, rest = "sum(hash(held)::hugeint)", f"exclude ({', '.join(left_out)})" if left_out else ""
    summed = ", ".join(f"[coalesce(sum({column}), 0), coalesce(sum(abs({column})), 0)]" for column in doubles)
    sums = asked(summed, f"from {name}") if doubles else []
    return {
        "columns": every,
        "exact": asked(hashed, f"from {name}"),
        "others": asked(hashed, f"select * {rest} from {name}"),
        "sums": dict(zip(doubles, sums, strict=True)),
    }


def _landed(folder: Path, is_quick: bool) -> tuple[Path, str]:
    """A warehouse with raw tables and nothing else, and what they are."""
    market: AbstractContextManager[str]
    if is_quick or not (homes.MIRROR.exists() and homes.OBSERVATIONS.exists()):
        market, data = nullcontext("sample"), "the simulated market"
    else:
        market, data = homes.mirror("--today", daily.DAY, "--lag", "0"), "real observations since 2007"
    with market as url:
        done = homes.macrotape(folder / "home", "run", "--sources", url, timeout=1800)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    raw = folder / "landed.duckdb"
    with duckdb.connect(str(raw)) as con:
        con.execute(f"attach '{folder}/home/warehouse.duckdb' as whole (read_only)")
        con.execute("create schema raw")
        tables = con.execute(
            "select table_name from duckdb_tables() where database_name = 'whole' and schema_name = 'raw'"
        ).fetchall()
        for (name,) in tables:
            con.execute(f"create table raw.{name} as from whole.raw.{name}")
    return raw, data


def _checked_out(commit: str, folder: Path) -> Path:
    """The dbt project as it was."""
    done = subprocess.run(["git", "archive", commit, "dbt_project"], cwd=PROJECT, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder / "before", filter="data")
    return folder / "before" / "dbt_project"


def _printed(data: str, costs: dict[str, list[Cost]]) -> str:
    (_, before), (_, after) = costs.items()
    rows = []
    for what, figure in {
        "dbt build, wall s": lambda cost: cost.wall,
        "dbt build, CPU s": lambda cost: cost.cpu,
        "models alone s": lambda cost: cost.answer["models_s"],
        "checks alone s": lambda cost: cost.answer["checks_s"],
        "peak MB": lambda cost: cost.peak_mb,
    }.items():
        medians = [statistics.median(map(figure, runs)) for runs in (before, after)]
        spread = [_range(list(map(figure, runs))) for runs in (before, after)]
        rows.append([what, *map(number, medians), *spread, f"{medians[1] / medians[0]:.2f}"])
    header = ["", "before", "now", "before, all", "now, all", "now ÷ before"]
    note = f"`dbt build` of {data}, in turns, {len(before)} of each; medians. Before: {next(iter(costs))}."
    return f"{table('Before and now', note, header, rows)}\n{_same(before[0].answer, after[0].answer)}\n"


def _range(values: Sequence[float]) -> str:
    return f"{number(min(values))} to {number(max(values))}"


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    old, new = before["held"], after["held"]
    common = sorted(set(old) & set(new))
    differing = [name for name in common if old[name]["exact"] != new[name]["exact"]]
    apart = [name for name in differing if any(old[name][x] != new[name][x] for x in ("columns", "others"))]
    rounded = [name for name in differing if name not in apart]
    said = f"{len(common) - len(differing)} of {len(common)} relations are equal by hash."
    if rounded:
        most = max(_apart(old[name]["sums"], new[name]["sums"]) for name in rounded)
        said += (
            f" {len(rounded)} differ in fractions alone; sums of one differ by {most:.0e} of its absolute values' sum."
        )
    for what, names in {
        "Differ otherwise": apart,
        "Only before": sorted(set(old) - set(new)),
        "Only now": sorted(set(new) - set(old)),
    }.items():
        said += f" {what}: {', '.join(names)}." if names else ""
    return said


def _apart(old: dict[str, list[float]], new: dict[str, list[float]]) -> float:
    """The largest difference of two sums of one column, as a part of the sum of its absolute values."""
    return max((abs(old[name][0] - new[name][0]) / old[name][1] for name in old if old[name] != new[name]), default=0.0)


if __name__ == "__main__":
    main()
