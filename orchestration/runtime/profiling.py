"""Where the time of a run went: a line per stage with its rows and bytes, from the run's own events."""

import resource
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.runtime.steps import step_label

if TYPE_CHECKING:
    import dagster as dg

ROWS, BYTES = ("rows_landed", "rows"), ("bytes_received", "bytes_written")
SLOWEST = 5


@dataclass(frozen=True)
class Stage:
    """A part of a run; parts of a stage follow it with `within` as its name. Rows and bytes where they are known."""

    name: str
    seconds: float
    rows: int | None = None
    bytes: int | None = None
    within: str | None = None


def stages(events: "Iterable[dg.DagsterEvent]", start_up_s: float, total_s: float) -> list[Stage]:
    """The stages of a finished run in their order, with what lies between them, and the whole last.

    Models and tests run on two threads at once, so that the parts of dbt add up to more than its own time.

    Args:
        events: all events of the run.
        start_up_s: seconds from the start of the program to the run's: imports, manifest, Dagster's databases.
        total_s: seconds from the start of the program to the end of the run.
    """
    found = [Stage("start-up", start_up_s)]
    facts: dict[str, dict[str, Any]] = defaultdict(dict)
    parts: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
    for event in events:
        step, data = str(event.step_key), event.event_specific_data
        if event.event_type_value == "ASSET_MATERIALIZATION":
            metadata: dict[str, Any] = {name: v.value for name, v in event.materialization.metadata.items()}
            facts[step] |= metadata
            if "seconds" in metadata:
                parts[step].append(("models", event.materialization.asset_key.path[-1], metadata["seconds"]))
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            if said := check.metadata.get("seconds"):
                parts[step].append(("tests", check.check_name, float(said.value)))  # type: ignore[arg-type]
        elif event.event_type_value == "STEP_SUCCESS":
            seconds = data.duration_ms / 1000  # type: ignore[union-attr]
            name = step_label(step)
            found.append(Stage(name, seconds, _first(facts[step], ROWS), _first(facts[step], BYTES)))
            found += _parts_of(name, parts[step])
    found.append(Stage("between", max(total_s - sum(s.seconds for s in found if not s.within), 0)))
    return [*found, Stage("total", total_s)]


def as_table(found: Sequence[Stage]) -> str:
    """The stages as aligned text of 72 columns, and what the process took of the machine."""
    lines = [f"{'stage':36} {'seconds':>9} {'rows':>11} {'bytes':>13}"]
    for stage in found:
        name = f"  {stage.name}" if stage.within else stage.name
        rows, size = (f"{n:,}" if n is not None else "" for n in (stage.rows, stage.bytes))
        lines.append(f"{name[:36]:36} {stage.seconds:9.2f} {rows:>11} {size:>13}".rstrip())
    used = usage()
    return "\n".join([*lines, f"CPU {used['cpu_s']:.1f} s, most memory {used['peak_mb']:,.0f} MB"])


def usage() -> dict[str, float]:
    """CPU seconds of this process and its children, and the most memory it held at once."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    unit = 1 if sys.platform == "darwin" else 1024  # what getrusage counts memory in
    return {"cpu_s": cpu, "peak_mb": own.ru_maxrss * unit / 1e6}


def _parts_of(stage: str, parts: Sequence[tuple[str, str, float]]) -> list[Stage]:
    by_kind: dict[str, list[float]] = defaultdict(list)
    for kind, _, seconds in parts:
        by_kind[kind].append(seconds)
    slowest = sorted(parts, key=lambda part: -part[2])[:SLOWEST]
    sums = [Stage(_count(len(each), kind), sum(each), within=stage) for kind, each in by_kind.items()]
    return sums + [Stage(name, seconds, within=stage) for _, name, seconds in slowest]


def _count(count: int, plural: str) -> str:
    return f"{count} {plural if count != 1 else plural.removesuffix('s')}"


def _first(facts: dict[str, Any], names: Sequence[str]) -> int | None:
    return next((int(facts[name]) for name in names if name in facts), None)
