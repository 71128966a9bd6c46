"""`python -m tests.benchmarks.scaling`: sizes that grow until an engine is too slow; --write into docs/scale.md."""

import argparse
import json
import math
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.harness import PROJECT, Cost, measure, same
from tests.benchmarks.regression import DRIVERS
from tests.benchmarks.scale import ROLL_UP
from tests.benchmarks.tables import machine, number, table

PAGE = PROJECT / "docs" / "scale.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SESSIONS, WINDOW = 2500, 252
HOLDINGS, DAYS, SECURITIES = 500, 250, 3000
MEMORY_GB = 8
MOST_S = 170
# Sums over all rows of numbers that both engines have to nine digits or better.
RTOL, REASON = 1e-7, "added in another order, of windows summed in another order"
ENGINES = {"DuckDB": "on_duckdb", "Spark": "on_spark"}
PAPER = 1e10  # every US ETF, every holding, fifteen years
PAPER_RETURNS = 10_000 * 252 * 15  # of securities, daily


@dataclass(frozen=True)
class Point:
    """What one engine needed at one size."""

    engine: str
    rows: int
    wall: float
    cpu: float
    peak_mb: float
    spilt_mb: float


def main() -> None:
    """Measure what is asked for and print it."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.scaling", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="two small sizes: does it work, not how fast is it")
    asked.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.relative_to(PROJECT)}")
    asked.add_argument(
        "--most",
        type=float,
        default=MOST_S,
        help="seconds: no size is begun that, by the one before, would take longer",
    )
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="macrotape-scale-") as folder:
        text = "\n".join(
            [
                machine(options.quick, "scale"),
                regressions(Path(folder), options.quick, options.most),
                roll_ups(Path(folder), options.quick, options.most),
            ]
        )
    print(text)
    if options.write:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.partition(END)[2]}")


def regressions(folder: Path, is_quick: bool, most_s: float) -> str:
    """Six drivers, window 252, by number of securities."""
    forms = {
        "DuckDB, shared form": ("on_duckdb", _rendered("shared", "duckdb", folder)),
        "DuckDB, general form": ("on_duckdb", _rendered("general", "duckdb", folder)),
        "Spark, general form": ("on_spark", _rendered("general", "spark", folder)),
    }
    sizes = (4, 16) if is_quick else (10, 40, 160, 640, 2560, 5120, PAPER_RETURNS // SESSIONS)

    def make(count: int, made: Path) -> Cost:
        return measure("scale:make_returns", made, repeats=1, securities=count, sessions=SESSIONS)

    points = _grown(folder, sizes, make, forms, most_s)
    note = (
        f"Securities × {SESSIONS:,} sessions, window {WINDOW}, six drivers and an intercept, every output, as Parquet."
    )
    return _printed("Regression", note, points, PAPER_RETURNS)


def roll_ups(folder: Path, is_quick: bool, most_s: float) -> str:
    """Parts of securities, weighted and summed by fund, day and sector, by number of funds."""
    sizes = (1, 4) if is_quick else (8, 32, 128, 512, 2048, 8192)

    def make(count: int, made: Path) -> Cost:
        size: dict[str, Any] = {"funds": count, "holdings": HOLDINGS, "sessions": DAYS, "securities": SECURITIES}
        return measure("scale:make_holdings", made, repeats=1, **size)

    points = _grown(folder, sizes, make, {name: (task, ROLL_UP) for name, task in ENGINES.items()}, most_s)
    note = (
        f"Funds × {HOLDINGS} holdings × {DAYS} days, six parts of {SECURITIES:,} securities each day, joined, weighted "
        "and summed by fund, day and sector."
    )
    return _printed("Roll-up", note, points, PAPER)


def _rendered(form: str, target: str, folder: Path) -> str:
    from tests.support import macro

    blocks = json.dumps([{"name": "all", "columns": DRIVERS}])
    options = f"{blocks}, 'eligible', window={WINDOW}, min_obs={WINDOW}, with_condition_number=false) }}}}"
    relations = {"shared": "rolling_ols_shared('returns', 'drivers'", "general": "rolling_ols('joined'"}
    place = folder / f"rendered-{target}"
    place.mkdir(exist_ok=True)
    query = macro.render(f"{{{{ {relations[form]}, 'entity', 'time', 'y', {options}", str(place), target)
    fits = ", ".join(f"beta_{c}, beta_se_{c}" for c in DRIVERS)
    return f"select entity, time, n_obs, {fits}, r_squared, residual_sd from ({query}) as fits"


def _grown(
    folder: Path,
    sizes: Sequence[int],
    make: Callable[[int, Path], Cost],
    programs: dict[str, tuple[str, str]],
    most_s: float,
) -> list[Point]:
    """Every program at every size, until it would take too long or gives up; answers of one size are compared."""
    points: list[Point] = []
    for before, size in zip((None, *sizes), sizes, strict=False):
        running = [p for p in programs if before is None or _is_worth(p, points, size / before, most_s)]
        if not running:
            break
        made, first = folder / "made", None
        shutil.rmtree(made, ignore_errors=True)
        rows = make(size, made).answer["rows"]
        for name in running:
            task, sql = programs[name]
            print(f"{name} {size}", file=sys.stderr, flush=True)
            memory = f"{MEMORY_GB}g" if task == "on_spark" else f"{MEMORY_GB}GB"
            place = folder / "work"
            shutil.rmtree(place, ignore_errors=True)
            try:
                cost = measure(f"scale:{task}", place, repeats=1, made=str(made), sql=sql, memory=memory, threads=2)
            except RuntimeError as gave_up:
                print(f"{name} {size}: {gave_up}", file=sys.stderr, flush=True)
                continue
            first = first or cost
            same(name, {n: cost.answer[n] for n in ("rows", "sums")}, first.answer, RTOL, REASON)
            points.append(_point(name, cost, rows))
    return points


def _point(name: str, cost: Cost, rows: int) -> Point:
    # the JVM is a child that has not ended when the work has: its share is in the answer
    cpu = cost.cpu + cost.answer.get("cpu", 0)
    peak = max(cost.peak_mb, cost.answer.get("peak_mb", 0))
    return Point(name, rows, cost.wall, cpu, peak, cost.answer["spilt_mb"])


def _is_worth(name: str, points: Sequence[Point], factor: float, most_s: float) -> bool:
    """Whether the next size would end in time, if the time goes on growing as between the last two sizes."""
    own = [p for p in points if p.engine == name]
    if not own or own[-1].rows != max(p.rows for p in points):
        return False
    exponent = 0.0  # one size tells start-up, which does not grow
    if len(own) > 1:
        before, last = own[-2:]
        exponent = max(0.0, math.log(last.wall / before.wall) / math.log(last.rows / before.rows))
    return own[-1].wall * factor**exponent < most_s


def _printed(title: str, note: str, points: Sequence[Point], on_paper: float) -> str:
    header = ["program", "rows", "wall s", "CPU s", "µs of CPU a row", "peak MB", "spilt MB"]
    rows = [
        [p.engine, f"{p.rows:,}", number(p.wall), number(p.cpu), number(p.cpu / p.rows * 1e6), f"{p.peak_mb:,.0f}",
         f"{p.spilt_mb:,.0f}"]
        for p in sorted(points, key=lambda p: (p.engine, p.rows))
    ]  # fmt: skip
    grown = ["program", "exponent", "µs of CPU a row at the largest", f"hours of one core for {on_paper:.1e} rows"]
    fitted = []
    for engine in dict.fromkeys(row[0] for row in rows):
        own = sorted((p for p in points if p.engine == engine), key=lambda p: p.rows)
        each = own[-1].cpu / own[-1].rows
        if len(own) < 3:
            fitted.append([engine, "-", number(each * 1e6), "-"])
            continue
        # the small sizes are start-up: the last three say how it goes on
        last = own[-3:]
        exponent = np.polyfit([math.log(p.rows) for p in last], [math.log(p.cpu) for p in last], 1)[0]
        grows = (on_paper / own[-1].rows) ** max(float(exponent), 1.0)
        fitted.append([engine, f"{exponent:.2f}", number(each * 1e6), number(own[-1].cpu * grows / 3600)])
    growth = (
        "Exponent: slope of log CPU on log rows over the three largest sizes; below 1 is start-up, and counted as 1. "
        "Fewer sizes tell nothing."
    )
    return f"{table(title, note, header, rows)}\n{table(f'{title}: growth', growth, grown, fitted)}"


if __name__ == "__main__":
    main()
