"""`python -m tests.benchmarks`: measure, compare, print; with --write also into docs/performance.md."""

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.cases import CASES, Bench
from tests.benchmarks.harness import PROJECT
from tests.benchmarks.tables import machine

PAGE = PROJECT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def main() -> None:
    """Run the cases asked for, in the order of the page."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    asked.add_argument("cases", nargs="*", choices=[[], *CASES], help="all of them unless named")
    asked.add_argument("--quick", action="store_true", help="small sizes: does it work, not how fast is it")
    asked.add_argument("--repeats", type=int, default=0, help="runs of each program (3; quick: 1)")
    asked.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.relative_to(PROJECT)}")
    options = asked.parse_args()
    chosen = options.cases or list(CASES)
    with tempfile.TemporaryDirectory(prefix="macrotape-bench-") as folder:
        bench = Bench(Path(folder), options.repeats or (1 if options.quick else 3), options.quick)
        tables = [CASES[name](bench) for name in CASES if name in chosen]
    text = "\n".join([machine(options.quick), *tables])
    print(text)
    if options.write:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
