"""Packages installed apart from this environment, once: what readers have, and the project does not need."""

import fcntl
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

CLIENTS = Path(sys.prefix) / "clients"
MISSING = ("No matching distribution", "Could not find a version")


def installed(name, *requirements):
    """Folder of these packages for PYTHONPATH, filled if it is not there yet."""
    with alone(name) as (folder, is_new):
        if not is_new:
            return folder
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--upgrade"]
        made = subprocess.run([*pip, "--target", str(folder), *requirements], capture_output=True, text=True)
        if made.returncode:
            if any(text in made.stderr for text in MISSING):
                pytest.skip(f"this machine has no package of {name} for its Python")
            raise AssertionError(made.stderr)
        (folder / "done").touch()
    return folder


def installed_for_node(name, *packages):
    """Folder with node_modules, filled if it is not there yet."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("this machine has no node")
    with alone(name) as (folder, is_new):
        if not is_new:
            return folder
        made = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *packages],
            capture_output=True, text=True,
        )  # fmt: skip
        if made.returncode:
            pytest.skip(f"this machine has no {name}: {made.stderr.strip().splitlines()[-1:]}")
        (folder / "done").touch()
    return folder


@contextmanager
def alone(name):
    """The folder of `name` and whether it has to be filled; one worker at a time."""
    folder = CLIENTS / name
    folder.mkdir(parents=True, exist_ok=True)
    with (CLIENTS / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder, not (folder / "done").exists()


def python(folder, code, *arguments):
    """What a program prints that sees `folder` before everything else."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={"PYTHONPATH": str(folder) if folder else ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
