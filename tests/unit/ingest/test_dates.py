from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from ingest.dates import parse_day, parse_moment
from ingest.errors import Misconfigured
from ingest.settings import Settings
from orchestration.cli.main import main
from tests.support.homes import PROJECT


def by_environment(text, monkeypatch):
    return Settings.from_env({"MACROTAPE_NOW": text}).now()


def by_option(text, monkeypatch):
    moments = []

    def build_marts_as_known(settings, moment):
        moments.append(moment)
        raise Misconfigured("not built in this test")

    monkeypatch.setattr("orchestration.publishing.point_in_time.build_marts_as_known", build_marts_as_known)
    CliRunner().invoke(main, ["brief", "--as-known-at", text])
    return moments[0]


@pytest.mark.parametrize("entry", [by_environment, by_option])
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-12-31", datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("20251231", datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (" 2025-12-31 ", datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2025-12-31T18:00:00-05:00", datetime(2025, 12, 31, 23, tzinfo=UTC)),
        ("2025-12-31T23:00:00Z", datetime(2025, 12, 31, 23, tzinfo=UTC)),
        ("2025-12-31 23:00", datetime(2025, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_moment_is_utc_and_a_date_alone_is_its_last_second_wherever_it_is_entered(entry, text, moment, monkeypatch):
    assert entry(text, monkeypatch) == moment


def test_text_of_people_is_parsed_in_one_module():
    """Others read what macrotape or a source wrote: records, partition keys, documents."""
    parsing = {
        str(path.relative_to(PROJECT))
        for package in ("ingest", "orchestration")
        for path in (PROJECT / package).rglob("*.py")
        if "fromisoformat" in path.read_text(encoding="utf-8")
    }
    written_by_machines = {
        "ingest/storage/archive.py",
        "ingest/registry/seeds.py",
        "orchestration/defs/raw_assets.py",
    }
    assert parsing - written_by_machines == {"ingest/dates.py"}


@pytest.mark.parametrize("text", ["yesterday", "2025-13-01", "2025-12-31T25:00"])
def test_text_that_is_no_date_is_refused_with_its_name(text):
    with pytest.raises(Misconfigured, match="MACROTAPE_NOW is"):
        parse_moment(text, "MACROTAPE_NOW")
    with pytest.raises(Misconfigured, match="--since is"):
        parse_day(text, "--since")


@pytest.mark.parametrize(("text", "day"), [("2025-12-31", date(2025, 12, 31)), ("", None), (" ", None), (None, None)])
def test_a_date_option_may_be_absent(text, day):
    assert parse_day(text, "--since") == day
