from datetime import date

import pytest

from ingest.errors import Misconfigured
from ingest.settings import SAMPLE_NOW, Settings
from tests.support.homes import PROJECT


def test_default_is_the_simulated_market_in_the_project_folder():
    settings = Settings.from_env({})
    assert settings.sources_mode == "SIMULATED"
    assert settings.home == PROJECT / "data" / "sample"
    assert settings.now() == SAMPLE_NOW
    assert settings.clock_is_known


@pytest.mark.parametrize(
    ("sources", "mode", "folder"),
    [("live", "live", "live"), ("http://127.0.0.1:8099/", "mirror", "live"), ("sample", "SIMULATED", "sample")],
)
def test_sources_choose_mode_and_default_folder(sources, mode, folder):
    settings = Settings.from_env({"MACROTAPE_SOURCES": sources})
    assert (settings.sources_mode, settings.home.name) == (mode, folder)


def test_arguments_win_over_variables(tmp_path):
    settings = Settings.from_env(
        {"MACROTAPE_SOURCES": "live", "MACROTAPE_HOME": "/nowhere"}, sources="sample", home=tmp_path
    )
    assert (settings.sources, settings.home) == ("sample", tmp_path)


def test_blank_variables_count_as_absent():
    blank = dict.fromkeys(("MACROTAPE_HOME", "MACROTAPE_SOURCES", "MACROTAPE_NOW", "FRED_API_KEY"), " ")
    assert Settings.from_env(blank) == Settings.from_env({})


@pytest.mark.parametrize("sources", ["ftp://host", "nonsense", "http://", "http://host/?q=1"])
def test_sources_that_cannot_be_meant_are_refused(sources):
    with pytest.raises(Misconfigured, match="MACROTAPE_SOURCES"):
        Settings.from_env({"MACROTAPE_SOURCES": sources})


def test_today_is_the_date_in_new_york():
    assert Settings.from_env({"MACROTAPE_NOW": "2026-01-01T02:00:00Z"}).today() == date(2025, 12, 31)


def test_a_mirror_keeps_its_own_time_unless_one_is_pretended():
    mirror = {"MACROTAPE_SOURCES": "http://127.0.0.1:1"}
    assert not Settings.from_env(mirror).clock_is_known
    assert Settings.from_env(mirror | {"MACROTAPE_NOW": "2025-12-31"}).clock_is_known


def test_keys_never_show_in_the_repr():
    shown = repr(Settings.from_env({"FRED_API_KEY": "f" * 32, "EIA_API_KEY": "e" * 40}))
    assert "ffff" not in shown
    assert "eeee" not in shown


def test_a_user_agent_must_fit_a_header():
    with pytest.raises(Misconfigured, match="MACROTAPE_USER_AGENT"):
        Settings.from_env({"MACROTAPE_USER_AGENT": "a\nb: c"})


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    settings = Settings(home=tmp_path / "file" / "home")
    with pytest.raises(Misconfigured, match="set MACROTAPE_HOME") as caught:
        settings.folder.check_writable()
    assert "\n" not in str(caught.value)


def test_the_example_file_lists_every_variable():
    listed = (PROJECT / ".env.example").read_text()
    source = (PROJECT / "ingest" / "settings.py").read_text()
    for name in (
        "MACROTAPE_HOME",
        "MACROTAPE_SOURCES",
        "MACROTAPE_NOW",
        "MACROTAPE_USER_AGENT",
        "MACROTAPE_LAKE",
        "DBT_TARGET",
        "FRED_API_KEY",
        "EIA_API_KEY",
    ):
        assert name in listed
        assert name in source


def test_the_lake_is_a_folder_and_off_by_default(tmp_path):
    assert Settings.from_env({}).lake is None
    assert Settings.from_env({"MACROTAPE_LAKE": str(tmp_path)}).lake == tmp_path


def test_the_lake_may_lie_on_an_object_store_and_spark_build_from_there():
    told = Settings.from_env({"DBT_TARGET": "spark", "MACROTAPE_LAKE": "memory://bucket/lake"})
    assert str(told.lake) == "memory://bucket/lake"
    with pytest.raises(Misconfigured, match="MACROTAPE_LAKE"):
        Settings.from_env({"MACROTAPE_LAKE": "nonsense://bucket/lake"})


def test_duckdb_builds_by_default_and_spark_only_from_a_lake(tmp_path):
    assert Settings.from_env({}).engine == "duckdb"
    assert not Settings.from_env({}).is_on_spark
    for target in ("spark", "connect"):
        told = Settings.from_env({"DBT_TARGET": target, "MACROTAPE_LAKE": str(tmp_path)})
        assert (told.engine, told.is_on_spark) == (target, True)
        with pytest.raises(Misconfigured, match="set MACROTAPE_LAKE"):
            Settings.from_env({"DBT_TARGET": target})


def test_an_unknown_engine_is_refused():
    with pytest.raises(Misconfigured, match="DBT_TARGET"):
        Settings.from_env({"DBT_TARGET": "postgres"})


def test_memory_and_spill_folder_have_defaults(tmp_path):
    plain = Settings.from_env({}, home=tmp_path)
    assert (plain.memory_limit, plain.spill) == ("4GB", tmp_path / "spill")
    told = Settings.from_env({"MACROTAPE_MEMORY_LIMIT": "800MB", "MACROTAPE_SPILL": str(tmp_path / "elsewhere")})
    assert (told.memory_limit, told.spill) == ("800MB", tmp_path / "elsewhere")


@pytest.mark.parametrize("text", ["much", "4", "-1GB", "4GB'; drop"])
def test_a_memory_limit_that_is_no_size_is_refused(text):
    with pytest.raises(Misconfigured, match="MACROTAPE_MEMORY_LIMIT"):
        Settings.from_env({"MACROTAPE_MEMORY_LIMIT": text})
