"""Runs against a mirror of the real sources: exit status and what stands after a source fails."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared"
SERVER, DATA = SHARED / "mirror" / "serve.py", SHARED / "real" / "observations"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SERVER.exists(), reason="the mirror of the real sources is not beside this project"),
]


class Mirror:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def control(self, **settings):
        body = json.dumps(settings).encode()
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/__control", body, method="POST"), timeout=10).close()


@pytest.fixture(scope="module")
def mirror():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(SERVER), "--data", str(DATA), "--port", str(port), "--today", "2025-12-30"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Mirror(port)
        server.kill()


def run(home, mirror, now):
    options = ["--sources", mirror.url, "--fund", "IWM", "--since", "2024-07-01"]
    return home.macrotape("run", *options, MACROTAPE_NOW=now)


def test_a_mirror_is_published_then_stale_then_changed(home, mirror):
    """One story, because each act needs the one before: a good day, a refusal, a new format."""
    good = run(home, mirror, "2025-12-30T23:30:00Z")
    assert good.status == 0, good.stderr
    assert home.release.manifest["sources_mode"] == "mirror"
    assert "SIMULATED" not in good.stdout

    mirror.control(today="2025-12-31", faults=["yahoo=403"])
    stale = run(home, mirror, "2025-12-31T23:30:00Z")
    assert stale.status == 3, stale.stderr
    assert "stale: yahoo:USO (refused, newest 2025-12-30)" in stale.stderr
    health = "select outcome, is_stale from marts.fct_source_health where source = 'yahoo:USO' order by checked_at desc"
    assert home.marts(health)[0] == ("refused", True)
    standing = home.release.release_id

    mirror.control(faults=["cboe=renamed"])
    changed = run(home, mirror, "2025-12-31T23:45:00Z")
    assert changed.status == 1
    assert "cboe:VIX changed" in changed.stderr
    assert "RENAMED" in changed.stderr
    assert home.release.release_id == standing

    mirror.control(faults=[f"{host}=403" for host in ("issuer", "treasury", "fred", "cboe", "yahoo")])
    refused = run(home, mirror, "2025-12-31T23:50:00Z")
    assert refused.status == 1
    assert "every source refused" in refused.stderr
    assert home.release.release_id == standing
