"""What `macrotape run` costs: everything rebuilt with nothing new, and one more day, on short and long history."""

import json
import os
import shutil
from datetime import datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from orchestration.dbt import build_state
from tests.benchmarks.harness import Clock
from tests.support import homes

# a mirror's day; without the mirror, the simulated market's last two sessions
DAY_BEFORE, DAY = "2025-12-30", "2025-12-31"
SIMULATED_DAY_BEFORE, SIMULATED_DAY = "2026-06-29T23:30:00Z", "2026-07-01T13:00:00Z"


def run(
    folder: Path, clock: Clock, *, home: str, arguments: list[str], now: str, fresh_copy: bool, anew: bool = False
) -> dict[str, Any]:
    """The whole program once; on a copy where it will change something, `anew` with all models made again."""
    here = Path(home)
    if fresh_copy:
        here = folder / "copy" / "home"
        shutil.rmtree(here.parent, ignore_errors=True)
        shutil.copytree(home, here, symlinks=True)
    if anew:
        with duckdb.connect(str(here / "warehouse.duckdb")) as con:
            con.execute("drop schema build_state cascade")
    with clock:
        done = homes.macrotape(here, "run", *arguments, MACROTAPE_NOW=now, timeout=1800)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    tables = json.loads((here / "current" / "manifest.json").read_text())["tables"]
    facts = tables["fct_driver_attribution_daily"]
    models, checks = sql_seconds(here)
    return {"rows": facts["rows"], "content": facts["content_sha256"], "models_s": models, "checks_s": checks}


def sql_seconds(home: Path) -> tuple[float, float]:
    """Seconds in which a model, and in which only a check, of the last dbt build was being executed.

    Two run at once: what counts is when at least one did.
    """
    results = json.loads((home / "dbt" / "run_results.json").read_text())["results"]
    spans: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for result in results:
        kind = result["unique_id"].split(".")[0]
        for step in result["timing"]:
            if step["name"] == "execute" and step["started_at"]:
                spans[kind in ("model", "seed")].append((_at(step["started_at"]), _at(step["completed_at"])))
    models, everything = _covered(spans[True]), _covered(spans[True] + spans[False])
    return models, everything - models


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _covered(spans: list[tuple[float, float]]) -> float:
    total, end = 0.0, float("-inf")
    for first, last in sorted(spans):
        total += max(0.0, last - max(first, end))
        end = max(end, last)
    return total


def models_alone(folder: Path, clock: Clock, *, home: str) -> dict[str, Any]:
    """The limit: the SQL dbt made for the models, executed by DuckDB and nothing else; no checks, no seeds."""
    here = folder / "warehouse.duckdb"  # the relations name the database
    shutil.copy(Path(home) / "warehouse.duckdb", here)
    nodes = json.loads((Path(home) / "dbt" / "manifest.json").read_text())["nodes"]
    sql = build_state.last_compiled_sql(here)
    parents = {uid: node["depends_on"]["nodes"] for uid, node in nodes.items() if node["resource_type"] == "model"}
    with duckdb.connect(str(here), config={"threads": len(os.sched_getaffinity(0))}) as con:
        with clock:
            for uid in (uid for uid in TopologicalSorter(parents).static_order() if uid in parents):
                kind = {"view": "view", "table": "table"}.get(nodes[uid]["config"]["materialized"])
                made = f"{kind} {nodes[uid]['relation_name']}" if kind else "temp table incremental"
                con.execute(f"create or replace {made} as {sql[uid]}")
        rows = con.execute("select count(*) from marts.fct_driver_attribution_daily").fetchall()[0][0]
    return {"rows": rows}


def one_more_day_of_holdings(folder: Path, clock: Clock, *, home: str, names: int) -> dict[str, Any]:
    """Build the holdings marts after one more file, on a copy of a data folder of `holdings_history`."""
    from ingest.settings import Settings
    from tests.benchmarks import holdings

    here = folder / "copy" / "home"
    shutil.rmtree(here.parent, ignore_errors=True)
    shutil.copytree(home, here, symlinks=True)
    day, document = holdings.next_document(Path(home))
    settings = Settings(home=here, sources="sample")
    with clock:
        holdings.land(here, {day: document})
        seconds = holdings.build(settings.folder.warehouse)
    return {"models_s": sum(seconds.values())}


def holdings_history(folder: Path, clock: Clock, *, home: str, sessions: int, names: int) -> dict[str, Any]:
    """Land and build `sessions` files of `names` lines; the next one lies beside the data folder."""
    from ingest.settings import Settings
    from tests.benchmarks import holdings

    here = Path(home)
    documents = holdings.documents(here, sessions + 1, names)
    *history, new = documents
    holdings.keep_next(here, new, documents[new])
    with clock:
        holdings.land(here, {day: documents[day] for day in history})
        holdings.build(Settings(home=here, sources="sample").folder.warehouse)
    return {"sessions": len(history)}
