"""What goes wrong is said in one line, with the exit status it stands for, before anything is asked."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from ingest.settings import Settings
from ingest.storage import warehouse
from orchestration.cli.main import main
from orchestration.publishing import release

PROJECT = Path(__file__).parents[3]
MARKDOWN = "# IWM\n\n| Driver | Points |\n|---|---:|\n| Oil | 0.10 |\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MACROTAPE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def published(home):
    """A release with two briefs."""
    path = home / "built.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts")
        con.execute("create table marts.fct_brief_daily (fund text, session_date date, headline text, markdown text)")
        rows = [("IWM", "2026-06-29", "earlier", "# earlier"), ("IWM", "2026-06-30", "last", MARKDOWN)]
        con.executemany("insert into marts.fct_brief_daily values (?, ?, ?, ?)", rows)
    with release.staging_folder(home / "releases", "r-0001") as folder:
        tables = release.write_tables(path, folder)
        release.write_manifest(folder, tables, {"release_id": "r-0001"})
        release.activate(folder, home / "releases", "r-0001", home / "current")
    return home


def macrotape(*arguments):
    return CliRunner().invoke(main, arguments, prog_name="macrotape")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--fund", "XXX"], "fund 'XXX' is not known; known funds: IWM"),
        (["run", "--since", "2025-02-30"], "--since is '2025-02-30': expected a date as YYYY-MM-DD"),
        (["run", "--until", "yesterday"], "--until is 'yesterday'"),
        (["run", "--since", "2026-02-01", "--until", "2026-01-01"], "nothing lies between"),
        (["run", "--sources", "ftp://x"], "expected sample, live or the base URL"),
        (["run", "--bogus"], "No such option '--bogus'. See: macrotape run --help"),
        (["bogus"], "No such command 'bogus'"),
        (["backfill", "TLT", "--from", "2026-06-01", "--to", "2026-06-30"], "TLT has no holdings files"),
        (["backfill", "IWM", "--from", "2026-06-06", "--to", "2026-06-07"], "no session of IWM lies between"),
        (["backfill", "IWM", "--from", "2026-06-01"], "Missing option '--to'"),
        (["brief", "IWM", "--date", "30.6.2026"], "--date is '30.6.2026'"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(home, arguments, said):
    result = macrotape(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert not (home / "warehouse.duckdb").exists()


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MACROTAPE_HOME", str(tmp_path / "file" / "home"))
    result = macrotape("run")
    assert result.exit_code == 2
    assert str(tmp_path / "file" / "home") in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_simulated_warehouse_takes_no_real_data(home):
    warehouse.connect(Settings(home=home)).close()
    result = macrotape("run", "--sources", "live")
    assert result.exit_code == 2
    assert "never share a warehouse" in result.stderr
    assert "MACROTAPE_HOME" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_mirror_that_is_not_there_is_said_before_anything_starts(home):
    result = macrotape("run", "--sources", "http://127.0.0.1:9")
    assert result.exit_code == 1
    assert (
        result.stderr
        == "macrotape: the mirror http://127.0.0.1:9 does not respond (Connection refused): is it running?\n"
    )


def test_a_brief_needs_a_release(home):
    result = macrotape("brief")
    assert result.exit_code == 1
    assert "run `macrotape run` first" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "text"),
    [([], MARKDOWN), (["iwm"], MARKDOWN), (["IWM", "--date", "2026-06-29"], "# earlier\n")],
)
def test_a_piped_brief_is_the_markdown_of_the_release(published, arguments, text):
    result = macrotape("brief", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (0, text, "")


def test_a_day_without_brief_names_the_nearest_session(published):
    result = macrotape("brief", "--date", "2026-07-04")
    assert result.exit_code == 2
    assert result.stderr == "macrotape: IWM has no brief of 2026-07-04; the nearest session is 2026-06-30\n"


def test_a_fund_without_brief_names_those_that_have_one(published):
    result = macrotape("brief", "TLT")
    assert result.exit_code == 2
    assert result.stderr.endswith("it has IWM\n")


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["brief"]])
def test_quick_commands_import_nothing_slow(published, arguments):
    """Seconds differ from machine to machine; what costs them is importing these."""
    code = (
        f"import atexit, sys; sys.argv[1:] = {arguments!r}; from orchestration.cli.main import main;"
        "atexit.register(lambda: print({'dagster', 'pandas', 'dbt', 'sqlglot'} & set(sys.modules), file=sys.stderr));"
        "main(prog_name='macrotape')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "set()"


def test_a_backfill_reports_landed_empty_and_remaining_dates_and_continues(home):
    arguments = ("backfill", "IWM", "--from", "2026-03-30", "--to", "2026-04-02", "--budget", "2")
    first = macrotape(*arguments)
    assert first.exit_code == 3
    assert "4 sessions, 0 landed, 0 empty; requesting 2" in first.stderr
    assert "run the same command again" in first.stderr
    second = macrotape(*arguments)
    assert second.exit_code == 0
    assert "4 sessions, 1 landed, 1 empty; requesting 2" in second.stderr
    assert "every session is landed or empty" in second.stderr


def test_the_program_imports_nothing_heavy_by_itself():
    code = (
        "import sys, orchestration.cli.main; print({'dagster', 'pandas', 'dbt', 'duckdb', 'rich'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], cwd=PROJECT, text=True).strip() == "set()"


def test_help_lists_every_command_with_what_it_does():
    text = macrotape("--help").stdout
    for name, command in main.commands.items():
        assert name in text
        assert command.help


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_the_shell_to_read(home, shell):
    result = macrotape("completion", shell)
    assert result.exit_code == 0
    assert "_MACROTAPE_COMPLETE" in result.stdout


@pytest.mark.parametrize("typed", ["macrotape brief iw", "macrotape backfill iw", "macrotape run --fund iw"])
def test_funds_are_completed_from_the_registry(home, typed):
    done = subprocess.run(
        [sys.executable, "-c", "from orchestration.cli.main import main; main(prog_name='macrotape')"],
        env={
            **os.environ,
            "_MACROTAPE_COMPLETE": "bash_complete",
            "COMP_WORDS": typed,
            "COMP_CWORD": str(len(typed.split()) - 1),
        },
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert {"plain,IWM", "plain,IWN", "plain,IWO"} == set(done.stdout.split())


def test_no_line_of_help_is_cut_off_at_80_columns():
    assert "..." not in macrotape("--help").stdout.split("Commands:")[1]
