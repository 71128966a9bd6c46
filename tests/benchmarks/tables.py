"""Markdown tables of costs, and the facts of the machine they were paid on."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.harness import Cost

VERSIONS = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "pandas", "numpy", "statsmodels")


@dataclass(frozen=True)
class Row:
    """One program for one piece of work. `scale` multiplies its times where it did a part of the work only."""

    name: str
    cost: Cost
    outputs: str = ""
    scale: float = 1
    is_ours: bool = False
    is_limit: bool = False


def contest(title: str, note: str, rows: Sequence[Row]) -> str:
    """A table of programs for the same work; ratios are to ours (above 1 is slower) and to the limit."""
    ours = next(row for row in rows if row.is_ours)
    limit = next((row for row in rows if row.is_limit), ours)
    lines = [
        f"### {title}",
        "",
        note,
        "",
        "| program | wall s | CPU s | whole process s | peak MB | ÷ ours | ÷ limit | runs |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        wall, cpu = row.cost.wall * row.scale, row.cost.cpu * row.scale
        name = f"**{row.name}**" if row.is_ours else row.name
        marks = " (the limit)" if row.is_limit else ""
        marks += f"; {row.outputs}" if row.outputs else ""
        whole = number(row.cost.whole_wall) if row.scale == 1 else "-"
        against = [number(wall / (other.cost.wall * other.scale)) for other in (ours, limit)]
        cells = [f"{name}{marks}", number(wall), number(cpu), whole, f"{row.cost.peak_mb:,.0f}", *against]
        lines.append(f"| {' | '.join(cells)} | {row.cost.repeats} |")
    return "\n".join(lines) + "\n"


def table(title: str, note: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of whatever its rows hold; all but the first column stand right."""
    lines = [f"### {title}", "", note, "", f"| {' | '.join(header)} |", f"|---|{'--:|' * (len(header) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def number(value: float) -> str:
    """Three digits, thousands separated."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def machine(is_quick: bool, target: str = "bench") -> str:
    """What the figures were measured on: no name of a machine, no path."""
    model = platform.processor() or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    try:
        about = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":", 1)[1].strip() for line in about if line.startswith("model name")), model)
    except OSError:
        pass
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    load = os.getloadavg()[0]
    how = f"`make {target}`" + (" (--quick: a small part of the size, to see that it works)" if is_quick else "")
    return (
        f"Measured by {how} on {len(os.sched_getaffinity(0))} cores of {model}, {memory:.0f} GB, {platform.system()}, "
        f"load {load:.1f} at its end; Python {platform.python_version()}, {versions}. Wall and CPU seconds are of the "
        "work itself, in a process of its own, without its imports and inputs; whole process is from start to end. "
        "Medians; peak memory is the largest.\n"
    )
