"""A lake on an object store, played by fsspec's own in memory: whole files by name, no folders, no rename."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from upath import UPath

from ingest.errors import Misconfigured
from ingest.registry.raw_tables import FRED_OBSERVATIONS
from ingest.settings import Settings
from ingest.storage import lake
from ingest.storage import object_store as lake_place
from ingest.storage.object_store import StoreUnavailable, remove, spark_address
from ingest.storage_path import storage_path
from tests.support.laked import T0, land_values, rows_copied_out


@pytest.fixture
def stored(settings):
    """Settings of a lake on an object store of this test's own."""
    address = f"memory://{settings.home.parent.name}/lake"
    yield replace(settings, lake=storage_path(address))
    remove(storage_path(address))


def _names(settings):
    return sorted(path.path.partition("/lake/")[2] for path in settings.lake.rglob("*.parquet"))


def test_landings_are_appended_as_whole_files_of_the_same_names(stored, tmp_path):
    land_values(stored, 4.1, 4.2)
    assert lake.append_new_landings(stored) == 2
    land_values(stored, 4.1, 4.3, at=T0 + timedelta(days=1))
    assert lake.append_new_landings(stored) == 1
    assert lake.append_new_landings(stored) == 0
    assert _names(stored) == [
        "fred/observations/month=2025-12/000000000000-000000000001_0.parquet",
        "fred/observations/month=2026-01/000000000000-000000000001_0.parquet",
        "fred/observations/month=2026-01/000000000002-000000000002_0.parquet",
    ]
    assert json.loads((stored.lake / lake.MARK).read_text())["landing_id"] == 2
    assert rows_copied_out(stored, tmp_path / "copy") > 0
    assert not (stored.home / lake.STAGING).exists()


@pytest.mark.parametrize("fails", ["put", "write"])
def test_what_an_interrupted_attempt_left_is_not_doubled(stored, tmp_path, monkeypatch, fails):
    land_values(stored, 4.1)
    lake.append_new_landings(stored)
    land_values(stored, 4.2, at=T0 + timedelta(days=1))
    done = getattr(lake, fails)

    def interrupted(*arguments):
        done(*arguments) if fails == "put" else None
        if fails == "write" or lake.folder_of(stored.lake, FRED_OBSERVATIONS) in arguments:
            raise KeyboardInterrupt

    monkeypatch.setattr(lake, fails, interrupted)
    with pytest.raises(KeyboardInterrupt):
        lake.append_new_landings(stored)
    monkeypatch.undo()
    assert len(_names(stored)) == 2
    land_values(stored, 4.3, at=T0 + timedelta(days=2))
    assert lake.append_new_landings(stored) == 2
    assert rows_copied_out(stored, tmp_path / "copy") > 0


def test_after_a_restart_all_files_are_written_again(stored, tmp_path):
    for step in range(3):
        land_values(stored, 4.1 + step, at=T0 + timedelta(days=step))
        lake.append_new_landings(stored)
    lake.reset(stored)
    assert lake.append_new_landings(stored) == 3
    assert len(_names(stored)) == 1
    assert rows_copied_out(stored, tmp_path / "copy") > 0


def test_it_belongs_to_one_warehouse_and_one_kind(stored, tmp_path):
    land_values(stored, 4.1)
    lake.append_new_landings(stored)
    with pytest.raises(Misconfigured, match="never share a lake"):
        lake.check_belongs(Settings(home=tmp_path / "other", lake=stored.lake))
    with pytest.raises(Misconfigured, match="another warehouse"):
        lake.check_belongs(replace(stored, home=tmp_path / "other"))


def test_an_error_of_the_store_package_names_the_lake(stored, monkeypatch):
    class NoCredentialsError(Exception):
        """As botocore's, which is no OSError."""

    def refused(*_, **__):
        raise NoCredentialsError("Unable to locate credentials")

    land_values(stored, 4.1)
    monkeypatch.setattr(type(stored.lake.fs), "put_file", refused)
    with pytest.raises(
        StoreUnavailable, match=r"memory://.*/lake cannot be used \(NoCredentialsError: Unable to locate"
    ):
        lake.append_new_landings(stored)


def test_a_kind_of_address_no_package_knows_is_refused():
    with pytest.raises(Misconfigured, match="MACROTAPE_LAKE is 'nonsense://bucket'"):
        storage_path("nonsense://bucket")


def test_a_package_that_is_not_installed_is_named(monkeypatch):
    def absent(*_):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.get_filesystem_class", absent)
    monkeypatch.setattr("upath.core.get_filesystem_class", absent, raising=False)
    with pytest.raises(Misconfigured, match="Install s3fs"):
        storage_path("s3://bucket/lake")


@pytest.mark.parametrize(
    ("text", "spark"),
    [
        ("/data/lake", "/data/lake"),
        ("file:///data/lake", "/data/lake"),
        ("memory://bucket/lake/", "memory://bucket/lake"),
    ],
)
def test_an_address_is_a_folder_or_is_not(text, spark):
    place = storage_path(text)
    assert isinstance(place, Path) == ("memory" not in text)
    assert spark_address(place) == spark


def test_spark_has_its_own_name_for_amazon():
    assert spark_address(UPath("s3://bucket/lake") / "fct") == "s3a://bucket/lake/fct"


def test_removing_what_is_not_there_is_no_error(stored):
    lake_place.remove(stored.lake / "nothing")
