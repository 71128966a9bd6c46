"""Runs against a mirror of the real sources: exit status and what stands after a source fails."""

import pytest

from tests.support import homes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mirror():
    with homes.mirror("--today", "2025-12-30") as url:
        yield url


def run(home, mirror, now):
    options = ["--sources", mirror, "--fund", "IWM", "--since", "2024-07-01"]
    return home.macrotape("run", *options, MACROTAPE_NOW=now)


def test_a_mirror_is_published_then_stale_then_changed(home, mirror):
    """One story, because each act needs the one before: a good day, a refusal, a new format."""
    good = run(home, mirror, "2025-12-30T23:30:00Z")
    assert good.returncode == 0, good.stderr
    assert home.release.manifest["sources_mode"] == "mirror"
    assert "SIMULATED" not in good.stdout

    homes.control(mirror, today="2025-12-31", faults=["yahoo=403"])
    stale = run(home, mirror, "2025-12-31T23:30:00Z")
    assert stale.returncode == 3, stale.stderr
    assert "stale: yahoo:USO (refused, newest 2025-12-30)" in stale.stderr
    health = "select outcome, is_stale from marts.fct_source_health where source = 'yahoo:USO' order by checked_at desc"
    assert home.marts(health)[0] == ("refused", True)
    standing = home.release.release_id

    homes.control(mirror, faults=["cboe=renamed"])
    changed = run(home, mirror, "2025-12-31T23:45:00Z")
    assert changed.returncode == 1
    assert "cboe:VIX changed" in changed.stderr
    assert "RENAMED" in changed.stderr
    assert home.release.release_id == standing

    homes.control(mirror, faults=[f"{host}=403" for host in ("issuer", "treasury", "fred", "cboe", "yahoo")])
    refused = run(home, mirror, "2025-12-31T23:50:00Z")
    assert refused.returncode == 1
    assert "every source refused" in refused.stderr
    assert home.release.release_id == standing
