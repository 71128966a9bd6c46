from tests.pages.browser import browser  # noqa: F401
