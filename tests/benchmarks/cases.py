"""The rows of docs/performance.md: which programs do the same work, how their answers are compared, what is printed."""

import os
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks import daily, reading
from tests.benchmarks.harness import Cost, Mismatch, measure, same
from tests.benchmarks.regression import COMPARED, macro_sql
from tests.benchmarks.tables import Row, contest, number, table
from tests.support import homes

# Both sides keep about 12 digits of coefficients whose correlation matrix has a condition number under 100.
REGRESSION_RTOL, REGRESSION_REASON = 1e-9, "windows summed and factored in different orders"
STATSMODELS_AT_MOST = 20
WINDOW = 252


@dataclass(frozen=True)
class Bench:
    """Where to work, how often, and whether at a part of the size only."""

    folder: Path
    repeats: int
    is_quick: bool

    def cost(self, task: str, work: str, repeats: int | None = None, path: str = "", **arguments: Any) -> Cost:
        """Cost of a task, told on standard error while it is measured."""
        print(f"{task} {work}", file=sys.stderr, flush=True)
        folder = self.folder / work / task.replace(":", "-")
        return measure(task, folder, repeats=repeats or self.repeats, path=path, **arguments)


def regressions(bench: Bench) -> str:
    """Rolling six-factor regression with standard errors at three sizes, and flat in the width of the window."""
    sizes = [(1, 500), (10, 800), (40, 800)] if bench.is_quick else [(1, 5000), (100, 2500), (2000, 2500)]
    installed = _polars(bench.folder / "polars")
    rendered = bench.folder / "rendered"
    rendered.mkdir(parents=True, exist_ok=True)
    parts = [_regression(bench, rendered, installed, entities, sessions) for entities, sessions in sizes]
    entities, sessions = sizes[-1]
    widths = [63, 252] if bench.is_quick else [63, 252, 756]
    work = f"width-{entities}"
    flat = [
        bench.cost("regression:duckdb_macro", work, 1, **_size(entities, sessions, w), threads=_cores(),
                   sql=macro_sql("shared", w, rendered))
        for w in widths
    ]  # fmt: skip
    at_252 = flat[widths.index(WINDOW)].cpu
    rows = [[str(w), number(c.wall), number(c.cpu), f"{c.cpu / at_252:.2f}"] for w, c in zip(widths, flat, strict=True)]
    note = f"Our macro, shared form, {entities:,} × {sessions:,}, one run each."
    parts.append(table("Width of the window", note, ["window", "wall s", "CPU s", "CPU ÷ that at 252"], rows))
    return "\n".join(parts)


def _regression(bench: Bench, rendered: Path, polars: str | None, entities: int, sessions: int) -> str:
    size, work = _size(entities, sessions, WINDOW), f"regression-{entities}"
    is_large = entities * sessions > 10**6
    repeats = min(bench.repeats, 3) if is_large else bench.repeats
    done = min(entities, STATSMODELS_AT_MOST)

    def macro(form: str, threads: int, runs: int) -> Cost:
        sql = macro_sql(form, WINDOW, rendered)
        return bench.cost("regression:duckdb_macro", work, runs, **size, sql=sql, threads=threads)

    def other(program: str, **options: Any) -> Cost:
        return bench.cost(f"regression:{program}", work, repeats, **size, **options)

    limit = other("numpy_shared")
    rows = [
        Row("macro, shared form", macro("shared", _cores(), repeats), is_ours=True),
        Row("the same on one thread", macro("shared", 1, repeats)),
        Row("macro, general form", macro("general", _cores(), 1 if is_large else repeats)),
        Row("numpy, shared drivers", limit, is_limit=True),
        Row("numpy, entity by entity", other("numpy_general")),
        Row(
            "statsmodels RollingOLS",
            other("statsmodels", done=done),
            outputs="" if done == entities else f"{done} of them, scaled",
            scale=entities / done,
        ),
    ]
    if polars:
        rows.append(
            Row("polars-ols", bench.cost("regression:polars_ols", work, repeats, polars, **size), "coefficients only")
        )
    wanted = rows[3].cost.answer
    for row in rows:
        most = min(COMPARED, len(next(iter(row.cost.answer.values()))))
        cut = {name: values[:most] for name, values in wanted.items()}
        same(row.name, row.cost.answer, cut, REGRESSION_RTOL, REGRESSION_REASON)
    note = f"Window {WINDOW}, six drivers and an intercept: coefficients, standard errors, t, R², residual sd."
    note += "" if polars else " polars-ols is not installable here."
    return contest(f"{entities:,} × {sessions:,} rows", note, rows)


def _size(entities: int, sessions: int, window: int) -> dict[str, Any]:
    return {"entities": entities, "sessions": sessions, "window": window}


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _polars(folder: Path) -> str | None:
    """Folder of polars-ols, installed apart from this environment; None where no package index has it."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target", str(folder)]
    done = subprocess.run([*pip, "polars", "polars-ols"], capture_output=True, check=False)
    return None if done.returncode else str(folder)


def runs(bench: Bench) -> str:
    """`macrotape run` with nothing new, with one more day and all anew, on a year of history and on all of it."""
    market: AbstractContextManager[str]
    if homes.MIRROR.exists() and homes.OBSERVATIONS.exists():
        market = homes.mirror("--today", daily.DAY_BEFORE, "--lag", "0")
        data, before, after = "real observations from a mirror", "2025-12-30T23:30:00Z", "2025-12-31T23:30:00Z"
        starts = {"1 year": "2024-12-31"} if bench.is_quick else {"1 year": "2024-12-31", "18 years": "2007-01-03"}
    else:
        market, data = nullcontext("sample"), "the simulated market"
        before, after = daily.SIMULATED_DAY_BEFORE, daily.SIMULATED_DAY
        starts = {"1 year": "2025-06-30"} if bench.is_quick else {"1 year": "2025-06-30", "all of it": ""}
    rows: list[list[str]] = []
    more: dict[str, Cost] = {}
    with market as url:
        for name, since in starts.items():
            home = bench.folder / f"home-{len(more)}"
            arguments = ["--sources", url, *(["--since", since] if since else [])]
            common: dict[str, Any] = {"home": str(home), "arguments": arguments}
            for _ in range(2):  # the first makes the marts, the second writes down what the first told
                first = bench.cost("daily:run", name, 1, **common, now=before, fresh_copy=False)
            again = bench.cost("daily:run", name, **common, now=before, fresh_copy=False)
            if again.answer["content"] != first.answer["content"]:
                raise Mismatch("a run with nothing new changed fct_driver_attribution_daily")
            anew = bench.cost("daily:run", name, **common, now=before, fresh_copy=False, anew=True)
            if again.answer["content"] != anew.answer["content"]:
                raise Mismatch("what was kept differs from what is made anew in fct_driver_attribution_daily")
            limit = bench.cost("daily:models_alone", name, home=str(home))
            same("models alone", {"rows": limit.answer["rows"]}, again.answer, 0, "the same SQL")
            _set_day(url, daily.DAY)
            more[name] = bench.cost("daily:run", name, **common, now=after, fresh_copy=True)
            _set_day(url, daily.DAY_BEFORE)
            if more[name].answer["rows"] <= again.answer["rows"]:
                raise Mismatch("one more day added no row")
            rows += [
                _run_row(f"{name}: nothing new", again),
                _run_row(f"{name}: one more day", more[name], limit),
                _run_row(f"{name}: everything rebuilt", anew, limit),
            ]
            longest = home
    header = ["run", "wall s", "CPU s", "models s", "checks s", "everything else", "peak MB", "the limit s", "÷ limit"]
    note = (
        f"`macrotape run` as a whole process on {data}, nine funds. Models and checks: wall seconds in which DuckDB "
        "executed one for dbt; the limit: the SQL of all models alone, executed by DuckDB in a bare process."
    )
    (bench.folder / "longest").unlink(missing_ok=True)
    (bench.folder / "longest").symlink_to(longest)
    text = table("A run", note, header, rows)
    if len(more) > 1:
        short, long = more.values()
        ratios = f"{long.wall / short.wall:.2f} wall, {long.cpu / short.cpu:.2f} CPU"
        text += f"\nOne more day, long history ÷ short: {ratios}.\n"
    return text


def _run_row(name: str, cost: Cost, limit: Cost | None = None) -> list[str]:
    models, checks = cost.answer["models_s"], cost.answer["checks_s"]
    rest = cost.wall - models - checks
    figures = [cost.wall, cost.cpu, models, checks]
    share = f"{number(rest)} ({rest / cost.wall:.0%})"
    return [
        name,
        *map(number, figures),
        share,
        f"{cost.peak_mb:,.0f}",
        *([number(limit.wall), number(cost.wall / limit.wall)] if limit else ["-", "-"]),
    ]


def _set_day(url: str, day: str) -> None:
    if url != "sample":
        homes.control(url, today=day)


def holdings(bench: Bench) -> str:
    """One more day of holdings on a long and on a short history of files."""
    names, lengths = (200, (10, 40)) if bench.is_quick else (2000, (25, 250))
    rows, costs = [], []
    for sessions in lengths:
        home = bench.folder / f"holdings-{sessions}" / "home"
        built = bench.cost("daily:holdings_history", "holdings", 1, home=str(home), sessions=sessions, names=names)
        day = bench.cost("daily:one_more_day_of_holdings", f"holdings-{sessions}", home=str(home), names=names)
        costs.append(day)
        figures = [built.wall, built.peak_mb, day.wall, day.cpu, day.answer["models_s"], day.peak_mb]
        rows.append([f"{sessions} × {names:,}", *(f"{v:,.0f}" if v > 100 else number(v) for v in figures)])
    header = ["files × lines", "land and build all s", "peak MB", "one more day s", "CPU s", "models s", "peak MB"]
    note = (
        "Land a file and build the holdings marts on it, dbt's start-up included; models: their own seconds, added up."
    )
    short, long = costs
    ratios = [long.wall / short.wall, long.cpu / short.cpu, long.answer["models_s"] / short.answer["models_s"]]
    said = "One more day, long history ÷ short: {:.2f} wall, {:.2f} CPU, {:.2f} models alone.".format(*ratios)
    return table("A day of holdings", note, header, rows) + f"\n{said}\n"


def landing(bench: Bench) -> str:
    """A year of holdings files, against reading the same bytes and nothing else."""
    sessions, names = (12, 200) if bench.is_quick else (250, 2000)
    made = measure("landing:make", bench.folder / "landing" / "made", repeats=1, sessions=sessions, names=names)
    size = made.answer["bytes"] / 2**20
    costs = {task: measure(f"landing:{task}", bench.folder / "landing" / task, repeats=bench.repeats)
             for task in ("ours", "with_lake", "pandas_alone", "minimal")}  # fmt: skip
    for task, cost in costs.items():
        same(task, cost.answer, costs["ours"].answer, 1e-9, "decimals read by two parsers, summed in another order")
    rows = [
        Row("parse, archive and land", costs["ours"], is_ours=True),
        Row("the same, and into the lake", costs["with_lake"]),
        Row("pandas.read_csv alone", costs["pandas_alone"], "kept nowhere"),
        Row("gzip by hash, read_csv, one insert", costs["minimal"], is_limit=True),
    ]
    speed = costs["ours"].answer["rows"] / costs["ours"].wall
    note = f"{sessions} files of {names:,} lines, {size:.0f} MB. Ours: {speed:,.0f} rows a second."
    return contest("Landing", note, rows)


def queries(bench: Bench) -> str:
    """The documented queries, cold and warm, on the release and on its Parquet files."""
    release = str((bench.folder / "longest").resolve() / "current")
    rows = []
    for nth, (title, _) in enumerate(reading.queries()):
        ours = bench.cost("reading:released", f"query-{nth}", release=release, nth=nth)
        other = bench.cost("reading:parquet", f"query-{nth}", release=release, nth=nth)
        if ours.answer["text"] != other.answer["text"]:
            raise Mismatch(f"{title}: the DuckDB file and the Parquet files answer differently")
        times = [c.answer[t] * 1000 for t in ("cold_s", "warm_s") for c in (ours, other)]
        rows.append(
            [f"{nth + 1}. {title}", *map(number, times), number(ours.whole_wall * 1000), f"{ours.peak_mb:,.0f}"]
        )
    bare = bench.cost("reading:nothing", "query-none", release=release)
    figures = [number(bare.answer["cold_s"] * 1000), "-", number(bare.answer["warm_s"] * 1000), "-"]
    rows.append(
        ["one row of dim_release (the limit)", *figures, number(bare.whole_wall * 1000), f"{bare.peak_mb:,.0f}"]
    )
    header = ["query", "cold ms", "Parquet, cold", "warm ms", "Parquet, warm", "whole process ms", "peak MB"]
    note = (
        "Cold: opening the release and asking, in a new process; warm: asked again over the same connection. "
        "The files are in the page cache."
    )
    return table("Reading", note, header, rows)


def _process(cost: Cost) -> list[str]:
    return [number(cost.whole_wall * 1000), f"{cost.peak_mb:,.0f}"]


def publishing(bench: Bench) -> str:
    """Copy, export, hash and switch, by size."""
    rows_made = 200_000 if bench.is_quick else 5_000_000
    folder = bench.folder / "publishing"
    measure("reading:marts_file", folder / "marts", repeats=1, rows=rows_made)
    ours = measure("reading:publish", folder / "publish", repeats=bench.repeats)
    limit = measure("reading:copy_alone", folder / "copy", repeats=bench.repeats)
    same("publish", {"rows": ours.answer["rows"]}, limit.answer, 0, "a copy")
    size = ours.answer["bytes"] / 2**30
    note = f"{ours.answer['rows']:,} rows, a file of {size * 1024:,.0f} MB: {ours.wall / size:.0f} s a GB."
    rows = [
        Row("copy, Parquet, hashes, flush, switch", ours, is_ours=True),
        Row("copy and flush alone", limit, is_limit=True),
    ]
    shutil.rmtree(folder)
    return contest("Publishing", note, rows)


CASES = {
    "regressions": regressions,
    "runs": runs,
    "holdings": holdings,
    "landing": landing,
    "queries": queries,
    "publishing": publishing,
}
