"""Settings for tests of landing that fetch nothing."""

from datetime import UTC, datetime

import pytest

from ingest.settings import Settings

NOW = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    """A mirror that nobody runs, in a folder of its own, on a Monday morning."""
    return Settings(home=tmp_path / "home", sources="http://127.0.0.1:9", pretend_now=NOW)
