"""For every test: no network but this machine's own servers, and no settings from the developer's shell."""

import os
import socket

import pytest

from tests.support import layers
from tests.support.homes import any_home, longest_home, real_home, recent_homes, simulated_home  # noqa: F401

LOOPBACK = ("127.0.0.1", "::1", "localhost")
VARIABLES = (
    "MACROTAPE_HOME",
    "MACROTAPE_PROJECT",
    "MACROTAPE_SOURCES",
    "MACROTAPE_NOW",
    "MACROTAPE_USER_AGENT",
    "MACROTAPE_LAKE",
    "DBT_TARGET",
    "FRED_API_KEY",
    "EIA_API_KEY",
)
# Minutes each, the longest first: begun last, one of them would keep one worker while the other waits. The first
# two make data folders of their own, so that no worker waits for the other's.
LONGEST = (
    "test_point_in_time.py",
    "test_mirror_run.py",
    "test_no_look_ahead.py",
    "test_planted_values.py",
    "test_simulated_run.py",
    "test_blast_radius.py",
    "test_wheel.py",
    "test_retired_fund.py",
    "test_killed.py",
    "test_holdings.py",
)


def pytest_collection_modifyitems(items):
    """The marker of each test's layer; the longest files first, all others as they were."""
    for item in items:
        layers.mark(item)
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(autouse=True, scope="session")
def _no_network():
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise OSError(f"tests have no network: {address[0]} was asked for")
        return connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def pytest_sessionfinish(session):
    """With MACROTAPE_TEST_STRICT, as in CI, a skip that is not expected fails the session."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("MACROTAPE_TEST_STRICT"):
        return
    if found := layers.unexpected_skips(reporter.stats.get("skipped", [])):
        reporter.write_line("")
        for line in found:
            reporter.write_line(f"unexpected skip: {line}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """What tests counted, in the output of whoever started them, wherever they ran."""
    reports = [r for found in terminalreporter.stats.values() for r in found if getattr(r, "when", "") == "call"]
    told = [(name, value) for report in reports for name, value in report.user_properties]
    if cells := [value for name, value in told if name == "fault"]:
        _write_matrix(terminalreporter, cells)
    if rows := [value for name, value in told if name == "blast"]:
        _write_blast_radius(terminalreporter, rows)
    if planted := [value for name, value in told if name == "planted"]:
        _write_planted(terminalreporter, planted)
    if lines := [value for name, value in told if name == "counted"]:
        terminalreporter.section("counted")
        for line in lines:
            terminalreporter.write_line(line)


def _write_blast_radius(terminalreporter, rows):
    """A row a source and fault: what of the session it touched."""
    terminalreporter.section(f"blast radius of {len(rows)} failures")
    header = ("source", "fault", "role", "funds with other numbers", "columns empty", "status", "exit")
    for row in (header, *rows):
        terminalreporter.write_line(" | ".join(map(str, row)))


def _write_planted(terminalreporter, planted):
    """A row a run with wrong values: how many contributions differ by more than the tolerance, and what was said."""
    terminalreporter.section(
        f"{len(planted)} runs with planted values, {sum(row[2] > 0 for row in planted)} changed numbers"
    )
    for session, names, moved, code, status in planted:
        terminalreporter.write_line(f"{session} | {' + '.join(names)} | {moved} differ | IWM {status} | exit {code}")


def _write_matrix(terminalreporter, cells):
    """A row a fault, a column a source: what asking it came to."""
    sources = list(dict.fromkeys(source for source, _, _ in cells))
    rows = {}
    for source, fault, outcome in cells:
        rows.setdefault(fault, {})[source] = outcome
    terminalreporter.section(f"{len(cells)} faults x sources")
    terminalreporter.write_line(f"{'fault':38}" + "".join(f"{source:20}" for source in sources))
    for fault in sorted(rows, key=lambda fault: -len(rows[fault])):
        said = "".join(f"{rows[fault].get(source, '.'):20}" for source in sources)
        terminalreporter.write_line(f"{fault:38}{said}".rstrip())
