"""Run a piece of work in processes of its own, several times, and say what it cost.

A task is a function `module:name` of this package. It gets a folder and its arguments, prepares what it needs, does
the work inside `with clock:` and returns an answer of plain numbers and arrays. Answers are compared before
anybody's time counts.
"""

import json
import os
import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

PROJECT = Path(__file__).parents[2]


class Mismatch(AssertionError):
    """Two programs for the same work gave different answers: no time of them means anything."""


class Clock:
    """Wall and processor seconds of a `with` block in this process, all threads and ended children included."""

    def __enter__(self) -> "Clock":
        self._wall, self._cpu = time.perf_counter(), _cpu_now()
        return self

    def lap(self) -> float:
        """Wall seconds since the block began."""
        return time.perf_counter() - self._wall

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._wall, _cpu_now() - self._cpu


@dataclass(frozen=True)
class Cost:
    """Medians over the repeats; memory is the largest seen. `whole_*` is the process from start to end."""

    wall: float
    cpu: float
    whole_wall: float
    whole_cpu: float
    peak_mb: float
    repeats: int
    answer: Mapping[str, Any] = field(repr=False)


def measure(
    task: str,
    folder: Path,
    *,
    repeats: int,
    path: str = "",
    environment: Mapping[str, str] | None = None,
    **arguments: Any,
) -> Cost:
    """Cost of a task in `repeats` fresh processes; `path` goes before everything else where modules are looked for."""
    runs = [_run(task, folder, path, arguments) for _ in range(repeats)]
    middle = {name: statistics.median(run[name] for run in runs) for name in ("wall", "cpu", "whole_wall", "whole_cpu")}
    return Cost(**middle, peak_mb=max(run["peak_mb"] for run in runs), repeats=repeats, answer=runs[-1]["answer"])


def _run(task: str, folder: Path, path: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    answer = folder / "answer.pickle"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MACROTAPE_", "DAGSTER_"))}
    paths = os.pathsep.join(filter(None, (path, str(PROJECT))))
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.harness", task, str(folder), json.dumps(arguments)],
        env={**inherited, "PYTHONPATH": paths},
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(child.pid, 0)
    whole = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{task} ended with {child.returncode}")
    measured = pickle.loads(answer.read_bytes())
    answer.unlink()
    return {**measured, "whole_wall": whole, "whole_cpu": used.ru_utime + used.ru_stime}


def _child(task: str, folder: str, arguments: str) -> None:
    import resource

    module, name = task.split(":")
    function: Callable[..., Any] = getattr(import_module(f"tests.benchmarks.{module}"), name)
    clock = Clock()
    answer = function(Path(folder), clock, **json.loads(arguments))
    peak_mb = max(_peak_mb(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    measured = {"wall": clock.wall, "cpu": clock.cpu, "peak_mb": peak_mb, "answer": answer}
    (Path(folder) / "answer.pickle").write_bytes(pickle.dumps(measured))


def _peak_mb() -> float:
    """Of this process since it began. `ru_maxrss` would count the parent's memory at the fork."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _cpu_now() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def same(what: str, got: Mapping[str, Any], wanted: Mapping[str, Any], rtol: float, reason: str) -> None:
    """Compare every number both answers have.

    Raises:
        Mismatch: they have none in common, or one is further apart than `rtol` of the largest of its kind.
    """
    common = sorted(set(got) & set(wanted))
    if not common:
        raise Mismatch(f"{what}: nothing to compare in {sorted(got)} and {sorted(wanted)}")
    for name in common:
        left, right = np.asarray(got[name]), np.asarray(wanted[name])
        if left.shape != right.shape:
            raise Mismatch(f"{what}: {name} has the shape {left.shape}, expected {right.shape}")
        if left.dtype.kind in "fiu":
            scale = np.nanmax(np.abs(right)) if right.size else 0
            agree = np.allclose(left, right, rtol=rtol, atol=rtol * float(scale), equal_nan=True)
        else:
            agree = bool((left == right).all())
        if not agree:
            raise Mismatch(f"{what}: {name} differs by more than {rtol:g} ({reason})")


if __name__ == "__main__":
    _child(*sys.argv[1:])
