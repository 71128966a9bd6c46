"""`make pictures`: the picture of the page in README.md, from a run on the simulated market."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PROJECT = Path(__file__).parents[2]
TARGET = PROJECT / "docs" / "images" / "brief.png"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def photograph(page_file: Path, target: Path) -> None:
    """Save the top of brief.html, 1200 by 900 pixels, as PNG."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        sys.exit("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.goto(page_file.as_uri())
        page.wait_for_timeout(1500)
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    photograph(Path(sys.argv[1]).resolve() / "current" / "brief.html", TARGET)
