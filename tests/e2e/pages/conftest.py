from tests.e2e.pages.browser import chromium  # noqa: F401
