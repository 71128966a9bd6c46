"""The wheel works by itself: built, installed elsewhere, run in an empty folder."""

import os
import stat
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.support.homes import PROJECT

CODE = ("ingest", "orchestration", "macrotape_project")


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """`macrotape` in a fresh environment that sees the locked libraries of this one, and not this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "--no-input"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(PROJECT)], check=True
    )
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    subprocess.run([*pip, "install", "--no-deps", "--target", str(packages), str(wheel)], check=True)
    # after the wheel on the path, and without the .pth file of the editable install, which only site folders read
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib"))
    for path in (packages / "macrotape_project").rglob("*"):
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    code = "import sys; from orchestration.cli.main import main; main(prog_name='macrotape')"
    return [str(environment / "bin" / "python"), "-c", code]


def macrotape(program, folder, *arguments):
    settings = ("MACROTAPE_", "DAGSTER_", "DBT_", "PYTHON")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(settings)}
    return subprocess.run(
        [*program, *arguments], cwd=folder, env=inherited, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_every_file_that_is_tracked_beside_the_code(program):
    packages = Path(program[0]).parents[1] / "lib"
    installed = {str(p.relative_to(p.parents[0])) for p in packages.rglob("macrotape_project/**/*.sql")}
    tracked = subprocess.check_output(["git", "ls-files", "dbt_project/*.sql"], cwd=PROJECT, text=True).split()
    assert installed == {Path(name).name for name in tracked}


def test_a_run_in_an_empty_folder_publishes_into_data(program, tmp_path):
    done = macrotape(program, tmp_path, "run", "--fund", "IWM", "--since", "2025-03-03")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# IWM")
    assert [p.name for p in tmp_path.iterdir()] == ["data"]
    assert macrotape(program, tmp_path, "brief").stdout == done.stdout


def test_a_copied_project_is_used_by_commands_inside_it(program, tmp_path):
    assert macrotape(program, tmp_path, "init", "mine").returncode == 0
    copied = [tmp_path / "mine", *(tmp_path / "mine").rglob("*")]
    assert [p.name for p in copied if not p.stat().st_mode & stat.S_IWUSR] == []  # modes: root may write anyway
    funds = tmp_path / "mine" / "dbt_project" / "seeds" / "funds.csv"
    funds.write_text(funds.read_text().replace("IWM,", "XYZ,"))
    assert "IWM" not in macrotape(program, tmp_path / "mine", "brief", "IWM").stdout
    refused = macrotape(program, tmp_path / "mine", "run", "IWM")
    assert (refused.returncode, "fund 'IWM' is not known" in refused.stderr) == (2, True)
    again = macrotape(program, tmp_path, "init", "mine")
    assert (again.returncode, again.stderr) == (2, "macrotape: mine is not empty: choose a new folder\n")
