from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from ingest.errors import Misconfigured, NothingYet, SourceRefused, SourceRejected, UnexpectedPayload
from ingest.http.client import RefusedWithDocument
from ingest.http.messages import Payload, Request
from ingest.pipeline.collect import collect
from ingest.registry.raw_tables import FRED_OBSERVATIONS
from ingest.registry.seeds import Catalog
from ingest.sources import fred
from ingest.sources.base import FetchTask, Plan
from ingest.storage import warehouse
from ingest.storage.archive import Archive

URL = "https://fred.stlouisfed.org/graph/fredgraph.csv"
OLD, NEW = date(2025, 12, 31), date(2026, 1, 2)
BODY = "observation_date,DGS10\n2025-12-31,4.1\n2026-01-01,\n2026-01-02,4.2\n"


class Answers:
    """A transport that answers by URL, with a document or an exception."""

    def __init__(self, settings, **by_name):
        self.settings, self.by_name, self.asked = settings, by_name, []

    def get(self, request):
        name = request.url.rpartition("/")[2]
        self.asked.append(name)
        answer = self.by_name[name]
        if isinstance(answer, Exception):
            raise answer
        body = answer.encode() if isinstance(answer, str) else answer
        return Payload(request.source, request.public_url, 200, {}, self.settings.now(), body)


def _question(name="first", **kwargs):
    defaults = {
        "source": "fred:DGS10",
        "request": Request("fred:DGS10", f"https://host/{name}"),
        "parse": fred.parse,
        "since": date(2007, 1, 1),
        "until": date(2026, 1, 5),
        "expected_date": NEW,
        "feeds_driver": True,
        "key": {"fred_id": "DGS10"},
    }
    return FetchTask(**defaults | kwargs)


@pytest.fixture
def run(settings):
    def go(*tasks, **answers):
        return collect(
            FRED_OBSERVATIONS,
            tasks,
            settings=settings,
            transport=Answers(settings, **answers),
            archive=Archive(settings.folder.archive),
        )

    return go


@pytest.fixture
def rows(settings):
    def read(table="fred__observations", columns="*"):
        with warehouse.connect(settings) as con:
            return con.execute(f"select {columns} from raw.{table} order by all").fetchall()

    return read


def test_a_document_that_reaches_the_expected_date_is_landed(run, rows, settings):
    (check,) = run(_question(), first=BODY)
    assert (check.outcome, check.is_stale, check.rows_landed) == ("landed", False, 2)
    assert (check.last_observation_date, check.first_date, check.last_date) == (NEW, OLD, NEW)
    assert rows(columns="observation_date, value") == [(OLD, 4.1), (NEW, 4.2)]
    assert Archive(settings.folder.archive).read(check.payload_sha256).decode() == BODY


def test_the_check_is_recorded(run, rows, settings):
    run(_question(), first=BODY)
    moment = settings.now().replace(tzinfo=None)
    (row,) = rows("macrotape__source_checks")
    assert row[:7] == ("fred:DGS10", moment, "landed", NEW, NEW, 2, False)


def test_asking_again_lands_nothing_and_is_still_landed(run):
    run(_question(), first=BODY)
    (check,) = run(_question(), first=BODY)
    assert (check.outcome, check.rows_landed) == ("landed", 0)


def test_a_document_that_ends_too_early_is_nothing_yet_and_stale(run):
    (check,) = run(_question(expected_date=date(2026, 1, 5)), first=BODY)
    assert (check.outcome, check.is_stale, check.rows_landed) == ("nothing_yet", True, 2)
    assert "2026-01-05 was expected" in check.detail


def test_a_late_source_that_feeds_no_driver_is_not_stale(run):
    (check,) = run(_question(expected_date=date(2026, 1, 5), feeds_driver=False), first=BODY)
    assert (check.outcome, check.is_stale) == ("nothing_yet", False)


def test_a_source_that_refuses_is_stale_whatever_it_feeds(run):
    (check,) = run(_question(feeds_driver=False), first=SourceRefused("fred:DGS10: status 503"))
    assert (check.outcome, check.is_stale) == ("refused", True)


def test_where_the_clock_is_unknown_nothing_is_late(run):
    (check,) = run(_question(expected_date=None), first=BODY)
    assert (check.outcome, check.is_stale, check.expected_date) == ("landed", False, None)


def test_an_empty_document_is_nothing_yet(run, rows):
    (check,) = run(_question(expected_date=None), first=NothingYet("a holiday"))
    assert (check.outcome, check.rows_landed) == ("nothing_yet", 0)
    assert "a holiday" in check.detail
    assert rows() == []


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (SourceRefused("fred:DGS10: status 503"), "refused"),
        (SourceRejected("fred:DGS10: rejected with status 404"), "refused"),
        (UnexpectedPayload("header is 'Renamed'"), "changed"),
    ],
)
def test_a_failure_is_its_own_outcome_and_loses_no_row(run, rows, failure, outcome):
    run(_question(), first=BODY)
    (check,) = run(_question(), first=failure)
    assert (check.outcome, check.is_stale, check.last_observation_date) == (outcome, True, NEW)
    assert str(failure) in check.detail
    assert "are kept" in check.detail
    assert len(rows()) == 2


def test_a_changed_document_is_archived_all_the_same(run, settings):
    (check,) = run(_question(), first="Renamed,DGS10\n")
    assert check.outcome == "changed"
    assert "Renamed,DGS10" in check.detail
    assert Archive(settings.folder.archive).read(check.payload_sha256) == b"Renamed,DGS10\n"


def test_a_web_page_sent_instead_is_archived(run, settings):
    page = Payload("fred:DGS10", URL, 200, {}, settings.now(), b"<html>blocked</html>")
    (check,) = run(_question(), first=RefusedWithDocument("blocked", page))
    assert check.outcome == "refused"
    assert Archive(settings.folder.archive).read(page.sha256) == page.body


def test_a_parser_that_stumbles_is_a_changed_source_not_a_crash(run):
    def stumble(payload):
        raise KeyError("nobody thought of this")

    checks = run(_question(parse=stumble), _question(source="fred:DGS2", key={"fred_id": "DGS2"}), first=BODY)
    assert checks[0].outcome == "changed"
    assert "nobody thought of this" in checks[0].detail
    assert len(checks) == 2


def test_rows_the_table_refuses_are_a_changed_source(run, rows):
    (check,) = run(_question(), first=BODY + "2026-01-02,4.3\n")
    assert check.outcome == "changed"
    assert "share a grain" in check.detail
    assert rows() == []


@pytest.mark.parametrize("failure", [SourceRefused("down"), UnexpectedPayload("another shape"), SourceRejected("gone")])
def test_an_alternative_is_used_and_recorded(run, rows, failure):
    task = _question(alternatives=(_question("second"), _question("third")))
    (check,) = run(task, first=failure, second=SourceRefused("down too"), third=BODY)
    assert (check.outcome, check.is_stale, check.rows_landed) == ("landed", False, 2)
    assert "from the alternative https://host/third, because" in check.detail
    assert len(rows()) == 2


def test_an_alternative_is_used_where_the_table_refuses_the_rows(run, rows):
    twice = BODY + "2026-01-02,4.3\n"
    (check,) = run(
        _question(alternatives=(_question("second"), _question("third"))), first=twice, second=twice, third=BODY
    )
    assert (check.outcome, check.is_stale, check.rows_landed) == ("landed", False, 2)
    assert "from the alternative https://host/third, because fred__observations: rows share a grain" in check.detail
    assert len(rows()) == 2


def test_without_a_working_alternative_the_first_reason_is_reported(run):
    task = _question(alternatives=(_question("second"),))
    (check,) = run(task, first=UnexpectedPayload("another shape"), second=SourceRefused("down"))
    assert check.outcome == "changed"
    assert "another shape" in check.detail


def test_nothing_yet_is_no_reason_to_ask_elsewhere(run):
    task = _question(alternatives=(_question("second"),))
    (check,) = run(task, first=NothingYet("not published"))
    assert check.outcome == "nothing_yet"


def test_questions_of_one_source_are_one_check_with_the_worst_outcome(run, rows):
    tasks = (_question("a"), _question("b"), _question("c"))
    (check,) = run(*tasks, a=BODY, b=NothingYet("a hole"), c=SourceRefused("status 403"))
    assert (check.outcome, check.rows_landed) == ("refused", 2)
    assert "1 of 3 documents" in check.detail
    (check,) = run(*tasks[:2], a=BODY, b=NothingYet("a hole"))
    assert check.outcome == "landed"
    assert len(rows("macrotape__source_checks", "distinct source")) == 1


def test_rows_outside_the_dates_of_the_run_are_left_out(run, rows):
    run(_question(since=NEW), first=BODY)
    assert rows(columns="observation_date") == [(NEW,)]
    run(_question(until=OLD, expected_date=OLD), first=BODY)
    assert rows(columns="observation_date") == [(OLD,), (NEW,)]


def test_nothing_is_requested_when_the_warehouse_cannot_be_used(settings):
    warehouse.connect(settings).close()
    simulated = replace(settings, sources="sample")
    transport = Answers(simulated)
    with pytest.raises(Misconfigured):
        collect(
            FRED_OBSERVATIONS,
            [_question()],
            settings=simulated,
            transport=transport,
            archive=Archive(simulated.folder.archive),
        )
    assert transport.asked == []


def test_a_plan_takes_its_defaults_from_the_mode(settings):
    catalog = Catalog.load()
    mirror = Plan.of(settings, catalog)
    assert (mirror.since, mirror.until, mirror.trailing_sessions) == (date(2007, 1, 1), date(2026, 1, 5), 10)
    sample = Plan.of(replace(settings, sources="sample", pretend_now=None), catalog, funds=["iwm"])
    assert (sample.since, sample.until, sample.funds) == (date(2023, 7, 3), date(2026, 7, 1), ("IWM",))


def test_a_plan_never_reaches_past_today(settings):
    assert Plan.of(settings, Catalog.load(), until=date(2030, 1, 1)).until == date(2026, 1, 5)


def test_a_plan_without_a_day_in_it_is_refused(settings):
    with pytest.raises(Misconfigured, match="nothing lies between"):
        Plan.of(settings, Catalog.load(), since=date(2026, 1, 4), until=date(2026, 1, 2))
    with pytest.raises(Misconfigured, match="known funds"):
        Plan.of(settings, Catalog.load(), funds=["SPX"])


def test_nothing_is_expected_where_the_clock_is_unknown(settings):
    catalog = Catalog.load()
    assert Plan.of(settings, catalog).expected_date("nyse", 0) == date(2026, 1, 2)
    assert Plan.of(replace(settings, pretend_now=None), catalog).expected_date("nyse", 0) is None


def test_within_keeps_the_bounds():
    from ingest.pipeline.collect import within

    frame = pd.DataFrame({"observation_date": [OLD, NEW], "value": [1.0, 2.0], "fred_id": "X"})
    assert len(within(FRED_OBSERVATIONS, frame, OLD, NEW)) == 2
    assert len(within(FRED_OBSERVATIONS, frame, NEW, NEW)) == 1


def test_release_rows_are_landed_with_their_state(settings, rows):
    from ingest.pipeline.bookkeeping import Release, write_release

    opened = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
    release = Release("r1", opened, "mirror", False, "0.1.0", "2.0.0", "1.11", "1.13")
    archive = Archive(settings.folder.archive)
    write_release(settings, archive, release)
    assert write_release(settings, archive, replace(release, is_published=True)).rows_landed == 1
    assert write_release(settings, archive, replace(release, is_published=True)).rows_landed == 0
    assert [r[:4] for r in rows("macrotape__releases")] == [
        ("r1", opened.replace(tzinfo=None), "mirror", False),
        ("r1", opened.replace(tzinfo=None), "mirror", True),
    ]
