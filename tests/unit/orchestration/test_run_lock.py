"""One run at a time, and no lock outlives its process."""

import subprocess
import sys

import pytest

from orchestration.runtime.run_lock import HomeBusyError, check_free, held

HOLD = "import sys, time; from pathlib import Path; from orchestration.runtime.run_lock import held\n"


def test_a_second_run_is_told_who_is_at_it(tmp_path):
    with held(tmp_path, "one"), pytest.raises(HomeBusyError, match=r"process \d+, since"), held(tmp_path, "two"):
        pass


def test_asking_whether_a_home_is_free_changes_nothing(tmp_path):
    check_free(tmp_path)
    with held(tmp_path, "one"):
        before = (tmp_path / ".run.lock").read_text()
        with pytest.raises(HomeBusyError):
            check_free(tmp_path)
        assert (tmp_path / ".run.lock").read_text() == before


def test_a_patient_run_gets_its_turn(tmp_path):
    first = held(tmp_path, "one")
    first.__enter__()
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        first.__exit__(None, None, None)

    with held(tmp_path, "two", patience=10, sleep=sleep) as abandoned:
        assert abandoned is None
    assert len(waits) == 1


def test_a_run_that_ended_leaves_no_trace(tmp_path):
    with held(tmp_path, "one"):
        pass
    with held(tmp_path, "two") as abandoned:
        assert abandoned is None


def test_a_killed_run_is_found_out_by_the_next(tmp_path):
    code = f"{HOLD}with held(Path(sys.argv[1]), 'killed'):\n    print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        process.kill()
    with held(tmp_path, "next") as abandoned:
        assert abandoned == "killed"
