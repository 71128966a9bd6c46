"""Debian's Chromium driven by Playwright: what a page becomes, and what the browser says about it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
READY = "document.body.dataset.ready"  # what brief.html sets once its figures are drawn


@dataclass(frozen=True)
class Rendered:
    """The document after its scripts have run, and every line of the console."""

    dom: str
    console: list[str]


@contextmanager
def opened(chromium: Browser, address: str, **context: Any) -> Iterator[Page]:
    """A page in a context of its own; `context` are Playwright's options for it, such as `color_scheme`."""
    made = chromium.new_context(**{"viewport": {"width": 1280, "height": 1000}, **context})
    try:
        page = made.new_page()
        page.goto(address)
        yield page
    finally:
        made.close()


def rendered(chromium: Browser, file: Path, fragment: str = "", **context: Any) -> Rendered:
    """brief.html once its figures are drawn; `fragment` is the part of the address from # on."""
    with opened(chromium, "about:blank", **context) as page:
        console: list[str] = []
        page.on("console", lambda message: console.append(message.text))
        page.on("pageerror", lambda error: console.append(str(error)))
        page.goto(f"{file.as_uri()}{fragment}")
        page.wait_for_function(READY)
        return Rendered(page.content(), console)


@pytest.fixture(scope="module")  # Playwright keeps an event loop running in this thread: not longer than needed
def chromium() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        pytest.skip("this machine has no Chromium: install it, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield browser
        browser.close()
