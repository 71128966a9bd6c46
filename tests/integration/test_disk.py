"""A disk that is full, from the start or under a run: one clear line, and the last release is served as before.

A small disk of its own needs a user namespace; where a machine allows none, that test is skipped.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.settings import Settings
from orchestration.runtime import disk_space

CAN_MOUNT = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
# $1 a data folder to begin with, $2 the program; stderr of each run stays outside the small disk. Dagster's helpers
# that follow the output of a run outlive it by a second, and keep its disk from becoming read-only.
STORY = """
mount -t tmpfs -o size=4g tmpfs "$3"; cp -a "$1" "$3/home"; export MACROTAPE_HOME="$3/home"
used=$(df -k --output=used "$3" | tail -1); mount -o remount,size=$((used + 4096))k "$3"
"$2" run; echo "too full to begin: $?"
mount -o remount,size=4g "$3"
"$2" run 2> "$4" & run=$!
while ! grep -q source_checks "$4" && kill -0 $run; do sleep 0.05; done
dd if=/dev/zero of="$3/fill" bs=64k 2> "$4.dd"; wait $run; echo "full in the middle: $?"
"$2" brief > "$4.brief"; echo "brief: $?"
rm "$3/fill"; for _ in {1..50}; do mount -o remount,ro "$3" 2> "$4.busy" && break; sleep 0.2; done
"$2" run; echo "read-only: $?"
"$2" brief > "$4.again"; echo "brief again: $?"
"""


def test_a_run_that_would_not_fit_is_not_started(tmp_path, monkeypatch):
    usage = disk_space.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(disk_space.shutil, "disk_usage", lambda _: usage._replace(free=10**8))
    with pytest.raises(disk_space.DiskFullError, match=r"100 MB are free .*, a run needs about 200: free some space"):
        disk_space.check_free_disk(Settings(home=tmp_path))


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (OSError(28, "No space left on device"), True),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), True),
        (RuntimeError('IO Error: Could not write file "x": No space left on device'), True),
        (OSError(13, "Permission denied"), False),
        (ValueError("another mistake"), False),
    ],
)
def test_only_a_full_disk_is_explained_as_one(tmp_path, error, is_full):
    assert (disk_space.as_disk_full_error(error, tmp_path) is not None) == is_full


def test_a_disk_that_fills_up_ends_the_run_whatever_it_waits_for(tmp_path):
    code = (
        "import threading; from collections import namedtuple; from pathlib import Path;"
        "from orchestration.runtime import disk_space;"
        "disk_space.shutil.disk_usage = lambda _: namedtuple('Usage', 'free')(10**6);"
        "watchdog = disk_space.disk_watchdog(Path('x')); watchdog.__enter__(); threading.Event().wait()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert "DiskFullError: the disk of x is full: free some space and run again" in done.stderr


def test_a_small_disk(simulated_home, tmp_path):
    if subprocess.run(CAN_MOUNT, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine has no right to mount a disk")
    disk, said = tmp_path / "disk", tmp_path / "said"
    disk.mkdir()
    said.touch()
    program = Path(sys.executable).with_name("macrotape")
    done = subprocess.run(
        ["unshare", "-rm", "bash", "-c", STORY, "story", str(simulated_home), str(program), str(disk), str(said)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    statuses = dict(line.split(": ") for line in done.stdout.splitlines())
    assert statuses == {
        "too full to begin": "1", "full in the middle": "1", "brief": "0", "read-only": "2", "brief again": "0"
    }, done.stdout + done.stderr  # fmt: skip
    assert "free some space, or set MACROTAPE_HOME" in done.stderr
    assert "cannot be written (Read-only file system): set MACROTAPE_HOME" in done.stderr
    assert "is full" in said.read_text()
    assert "nothing was published, the last release is still served" in said.read_text()
    assert "Traceback" not in done.stderr + said.read_text()
    briefs = [said.with_suffix(f".{name}").read_text() for name in ("brief", "again")]
    assert briefs[0].startswith("# IWM")
    assert briefs[0] == briefs[1]
