"""One run at a time, and no lock outlives its process."""

import subprocess
import sys
import threading

import pytest

from orchestration.runtime.run_lock import HomeBusyError, acquire, check_free

HOLD = "import sys, time; from pathlib import Path; from orchestration.runtime.run_lock import acquire\n"


def test_a_second_run_is_refused_and_names_the_first(tmp_path):
    with acquire(tmp_path, "one"), pytest.raises(HomeBusyError, match=r"process \d+, since"), acquire(tmp_path, "two"):
        pass


def test_asking_whether_a_home_is_free_changes_nothing(tmp_path):
    check_free(tmp_path)
    with acquire(tmp_path, "one"):
        before = (tmp_path / ".run.lock").read_text()
        with pytest.raises(HomeBusyError):
            check_free(tmp_path)
        assert (tmp_path / ".run.lock").read_text() == before


def test_a_run_waits_for_another_one_to_end(tmp_path):
    first = acquire(tmp_path, "one")
    first.__enter__()
    ending = threading.Timer(0.3, first.__exit__, (None, None, None))
    ending.start()
    with acquire(tmp_path, "two", timeout_s=10) as killed:
        assert killed is None
    ending.join()


def test_a_killed_run_of_an_older_version_is_found(tmp_path):
    (tmp_path / ".run.lock").write_text('{"pid": 1, "run_id": "old", "since": "18:45:02"}')
    with acquire(tmp_path, "new") as killed:
        assert killed == "old"


def test_a_run_that_ended_leaves_no_trace(tmp_path):
    with acquire(tmp_path, "one"):
        pass
    with acquire(tmp_path, "two") as abandoned:
        assert abandoned is None


def test_a_killed_run_is_found_out_by_the_next(tmp_path):
    code = f"{HOLD}with acquire(Path(sys.argv[1]), 'killed'):\n    print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        process.kill()
    with acquire(tmp_path, "next") as abandoned:
        assert abandoned == "killed"
