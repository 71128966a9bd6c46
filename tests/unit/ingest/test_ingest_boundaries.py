import subprocess
import sys

from tests.support.homes import PROJECT


def test_settings_are_quick_to_import():
    """The code location and `--help` import them: no pandas, no HTTP, no calendars, no pydantic (docs/adr/0005)."""
    program = "import sys, ingest.settings; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert not {"pandas", "numpy", "requests", "duckdb", "pydantic", "exchange_calendars"} & set(loaded.stdout.split())


def test_the_sources_import_without_pandas_or_calendars():
    program = (
        "import sys, ingest.sources, ingest.pipeline.replay; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert not {"pandas", "exchange_calendars"} & set(loaded.stdout.split())


def test_only_settings_and_paths_read_the_environment():
    for path in (PROJECT / "ingest").rglob("*.py"):
        if path.name not in ("settings.py", "paths.py"):
            text = path.read_text(encoding="utf-8")
            assert "os.environ" not in text, path
            assert "getenv" not in text, path
