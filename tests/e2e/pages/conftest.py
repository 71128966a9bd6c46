from tests.e2e.pages.browser import browser  # noqa: F401
