"""A lake in a bucket: `macrotape run` writes it over Amazon's protocol, and a kill among its files is made good."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from ingest.settings import Settings
from ingest.storage import lake
from ingest.storage.warehouse import settings_for_existing
from ingest.storage_path import storage_path
from tests.support.homes import macrotape
from tests.support.laked import rows_copied_out
from tests.support.layers import opt_in
from tests.support.ports import free_port, wait_for

pytestmark = opt_in("MACROTAPE_TEST_S3", "make test-s3")
LAKE = "s3://bucket/lake"
# the n-th file of a catch-up is the last one a process puts
KILLED = """
import os, signal, sys
from pathlib import Path
import s3fs
from ingest.storage.lake import append_new_landings
from ingest.settings import Settings
from ingest.storage.warehouse import settings_for_existing

put, left = s3fs.S3FileSystem._put_file, int(sys.argv[1])

async def deadly(*arguments, **options):
    global left
    await put(*arguments, **options)
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

s3fs.S3FileSystem._put_file = deadly
append_new_landings(settings_for_existing(Settings.from_env()))
"""


@pytest.fixture(scope="module")
def bucket():
    """A server that speaks as Amazon's does, with an empty bucket, and what the environment has to say to reach it."""
    port = free_port()
    told = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "for-this-test",
        "AWS_SECRET_ACCESS_KEY": "for-this-test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, server)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in told.items():
                patch.setenv(name, value)
            storage_path("s3://bucket").fs.mkdir("bucket")
            yield told
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def run_into_a_bucket(bucket, tmp_path_factory):
    home = tmp_path_factory.mktemp("s3") / "home"
    run = macrotape(home, "run", **bucket, MACROTAPE_LAKE=LAKE)
    assert run.returncode == 0, run.stdout + run.stderr
    return home


def _assert_equal(settings, folder):
    rows = rows_copied_out(settings, folder)
    assert rows == sum(json.loads((settings.lake / lake.MARK).read_text())["rows"].values()) > 0


def test_a_run_leaves_every_raw_table_in_the_bucket(run_into_a_bucket, tmp_path):
    settings = settings_for_existing(Settings(home=run_into_a_bucket, lake=storage_path(LAKE)))
    _assert_equal(settings, tmp_path)
    assert not (run_into_a_bucket / lake.STAGING).exists()


@pytest.mark.parametrize("put", [1, 7, 60])
def test_killed_among_its_files_nothing_is_doubled(run_into_a_bucket, bucket, tmp_path, put):
    home = tmp_path / "home"
    shutil.copytree(run_into_a_bucket, home, symlinks=True)
    address = f"s3://bucket/killed-{put}"
    told = {**os.environ, **bucket, "MACROTAPE_HOME": str(home), "MACROTAPE_LAKE": address}
    killed = subprocess.run([sys.executable, "-c", KILLED, str(put)], env=told, check=False)
    assert killed.returncode == -signal.SIGKILL
    settings = settings_for_existing(Settings(home=home, lake=storage_path(address)))
    assert len(list(settings.lake.rglob("*.parquet"))) >= put
    assert lake.append_new_landings(settings) > 0
    _assert_equal(settings, tmp_path / "copies")


@pytest.mark.parametrize(
    ("address", "environment", "said"),
    [
        ("s3://nobody/lake", {}, "bucket does not exist"),
        ("s3://bucket/lake", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "Could not connect"),
    ],
)
def test_an_unusable_store_is_reported_in_one_sentence(bucket, tmp_path, address, environment, said):
    run = macrotape(tmp_path / "home", "run", MACROTAPE_LAKE=address, **{**bucket, **environment})
    assert run.returncode != 0
    assert "Traceback" not in run.stderr
    assert said in run.stderr
    assert not (tmp_path / "home" / "current").exists()
