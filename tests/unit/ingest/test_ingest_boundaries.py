import ast
import subprocess
import sys

from tests.support.homes import PROJECT


def _imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def test_ingest_knows_neither_dagster_nor_dbt_nor_the_layer_above():
    banned = {"dagster", "dagster_dbt", "dagster_duckdb", "dbt", "orchestration"}
    for path in (PROJECT / "ingest").rglob("*.py"):
        assert not banned & set(_imported(path)), path


def test_settings_are_quick_to_import():
    """The code location and `--help` import them: no pandas, no HTTP, no calendars."""
    program = "import sys, ingest.settings; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert not {"pandas", "numpy", "requests", "duckdb", "exchange_calendars"} & set(loaded.stdout.split())


def test_the_sources_import_without_pandas_or_calendars():
    program = (
        "import sys, ingest.sources, ingest.pipeline.replay; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert not {"pandas", "exchange_calendars"} & set(loaded.stdout.split())


def test_only_settings_read_the_environment():
    for path in (PROJECT / "ingest").rglob("*.py"):
        if path.name != "settings.py":
            text = path.read_text(encoding="utf-8")
            assert "os.environ" not in text, path
            assert "getenv" not in text, path
