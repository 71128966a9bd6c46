"""Headless Chromium by its command line: what a page becomes, and what the browser says about it."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.pages.devtools import OpenPage

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@dataclass(frozen=True)
class Seen:
    """The document after its scripts have run, and every line of the console."""

    dom: str
    console: list[str]


class Browser:
    """One window per question; names resolve to nothing, so nobody can be asked for anything."""

    def __init__(self, program: str, profile: Path):
        self._program, self._profile = program, profile
        self._command = [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--enable-logging=stderr", "--disable-background-networking", "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
        ]  # fmt: skip

    def open(self, page: Path, address: str = "", *, dark: bool = False) -> Seen:
        """The page after two seconds of its own time."""
        scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
        done = self._run("--window-size=1280,1000", scheme, "--virtual-time-budget=2000", "--dump-dom", page, address)
        return Seen(done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line])

    def printed(self, page: Path, target: Path) -> bytes:
        """The page as PDF."""
        self._run("--no-pdf-header-footer", "--virtual-time-budget=2000", f"--print-to-pdf={target}", page)
        return target.read_bytes()

    def photographed(self, page: Path, target: Path) -> bytes:
        """The page as PNG."""
        self._run("--window-size=1280,1000", "--virtual-time-budget=2000", f"--screenshot={target}", page)
        return target.read_bytes()

    def kept_open(self, address: str) -> OpenPage:
        """A page to press keys in; use as a context manager."""
        return OpenPage(self._program, self._profile.with_name(f"{self._profile.name}-kept-open"), address)

    def _run(self, *options: object, **more: object) -> subprocess.CompletedProcess[str]:
        *flags, page, address = options if isinstance(options[-1], str) else (*options, "")
        command = [*self._command, *map(str, flags), f"{page.as_uri()}{address}"]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip("no Chromium on this machine: install one, or name it in CHROMIUM")
    return Browser(found, tmp_path_factory.mktemp("chromium"))
