"""The layers of the tests, the tests that only run when asked for, and what CI makes of a skipped test."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.homes import OBSERVATIONS

TESTS = Path(__file__).parents[1]
# folder below tests/: the marker of every test in it
LAYERS = {
    "unit": "unit",
    "dbt/macros": "integration",
    "dbt/models": "integration",
    "integration": "integration",
    "e2e": "e2e",
    "spark": "spark",
}
# how the reasons of skips begin that CI expects: tests run on request, and what a machine may be without
ASKED_FOR, MISSING = "run by ", "this machine has no "
NO_REAL_DATA = "the real observations are not beside the project"
REAL_FIXTURES = {"real_home", "real_file"}

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason=f"{MISSING}Java 17, which Spark needs")


def opt_in(variable: str, command: str) -> pytest.MarkDecorator:
    """Skips a test unless an environment variable is set, as `command` sets it."""
    return pytest.mark.skipif(not os.environ.get(variable), reason=f"{ASKED_FOR}{command}")


def mark(item: pytest.Item) -> None:
    """Give a test the marker of its folder, and `real_data` where it reads real observations."""
    folder = item.path.relative_to(TESTS).as_posix()
    layer = next((layer for prefix, layer in LAYERS.items() if folder.startswith(f"{prefix}/")), None)
    if layer is None:
        raise pytest.UsageError(f"tests/{folder} is in no folder of tests/support/layers.py")
    item.add_marker(layer)
    fixtures = set(getattr(item, "fixturenames", ()))
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    if fixtures & REAL_FIXTURES or parameters.get("any_home") == "real":
        item.add_marker("real_data")
    if item.get_closest_marker("real_data") and not OBSERVATIONS.exists():
        item.add_marker(pytest.mark.skip(reason=NO_REAL_DATA))


def unexpected_skips(reports: list[pytest.TestReport]) -> list[str]:
    """The skipped tests whose reason is none of the expected ones, each with its reason."""
    found = []
    for report in reports:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not reason.removeprefix("Skipped: ").startswith((ASKED_FOR, MISSING)):
            found.append(f"{report.nodeid}: {reason}")
    return found
