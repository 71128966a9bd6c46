from dataclasses import replace
from types import SimpleNamespace

import pytest
import requests

from ingest.errors import SourceRefused, SourceRejected
from ingest.http.client import RefusedWithDocument, Transport
from ingest.http.limits import Limits
from ingest.http.messages import Request
from ingest.settings import DEFAULT_USER_AGENT
from tests.support.http_server import Reply, Script

QUICK = Limits(connect=1, read=0.2, whole=0.4, body=10_000, budget=5)
GOOD = Script().replies[0]
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def request_():
    return Request(
        "fred:DGS10", "https://fred.stlouisfed.org/graph/fredgraph.csv", {"id": "DGS10", "cosd": "2007-01-01"}
    )


@pytest.fixture
def waits():
    return []


@pytest.fixture
def transport(server, settings, waits):
    return Transport(replace(settings, sources=server.url), limits=QUICK, sleep=waits.append)


def test_a_mirror_is_asked_for_host_and_path(server, transport, request_, settings):
    payload = transport.get(request_)
    assert server.paths == ["/fred.stlouisfed.org/graph/fredgraph.csv?id=DGS10&cosd=2007-01-01"]
    assert payload.url == "https://fred.stlouisfed.org/graph/fredgraph.csv?id=DGS10&cosd=2007-01-01"
    assert (payload.status, payload.item, payload.fetched_at) == (200, "DGS10", settings.now())
    assert payload.sha256 == "".join(payload.sha256.split())
    assert len(payload.sha256) == 64


@pytest.mark.parametrize("fault", ["status 503", "status 429", "status 403", "reset", "hang", "cut", "html", "empty"])
def test_a_passing_fault_is_retried_until_it_passes(server, transport, request_, waits, fault):
    kind, _, status = fault.partition(" ")
    faulty = {
        "status": Reply(b"<html>", int(status or 200)),
        "reset": Reply(b"", manner="reset"),
        "hang": Reply(b"", manner="hang"),
        "cut": Reply(b"half of it", manner="cut"),
        "html": Reply(
            body=b"\xef\xbb\xbf\n <!DOCTYPE html><html><body>Access Denied", headers={"Content-Type": "text/csv"}
        ),
        "empty": Reply(b" \n"),
    }[kind]
    server.replies = [faulty, faulty, GOOD]
    assert transport.get(request_).body == GOOD.body
    assert len(server.paths) == 3
    assert waits == [1, 2]


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_a_wrong_question_is_never_asked_again(server, transport, request_, waits, status):
    server.replies = [Reply(b"<html>no such series</html>", status)]
    with pytest.raises(SourceRejected, match=f"status {status}.*no such series"):
        transport.get(request_)
    assert (len(server.paths), waits) == (1, [])


def test_what_lasts_is_refused_with_its_reason_and_url(server, transport, request_):
    server.replies = [Reply(b"error", 500)]
    with pytest.raises(SourceRefused, match=r"fred:DGS10: status 500 \(requested 3 times: https://fred"):
        transport.get(request_)


def test_retry_after_is_honoured(server, transport, request_, waits):
    server.replies = [Reply(b"error", 429, headers={"Retry-After": "4"}), GOOD]
    transport.get(request_)
    assert waits == [4]


def test_a_wait_longer_than_patience_is_refused_at_once(server, transport, request_, waits):
    server.replies = [Reply(b"error", 429, headers={"Retry-After": "3600"})]
    with pytest.raises(SourceRefused, match="requires a wait of 3600 s"):
        transport.get(request_)
    assert (len(server.paths), waits) == (1, [])


def test_a_web_page_is_refused_and_kept_as_evidence(server, transport, request_):
    server.replies = [Reply(b"<html><head><title>Are you a robot?</title></head></html>")]
    with pytest.raises(RefusedWithDocument, match=r"web page instead of data.*robot") as caught:
        transport.get(request_)
    assert caught.value.payload.body.startswith(b"<html>")


def test_a_bot_notice_with_status_200_is_refused(server, transport, request_):
    server.replies = [Reply(b"Edge: Too Many Requests")]
    with pytest.raises(SourceRefused, match="notice instead of data"):
        transport.get(request_)


def test_a_huge_body_is_cut_off(server, transport, request_):
    server.replies = [Reply(b"0" * 20_000)]
    with pytest.raises(SourceRefused, match="cut off"):
        transport.get(request_)


def test_a_body_that_drips_is_cut_off(server, settings, request_):
    server.replies = [Reply(b"0" * 2_000, manner="drip")]
    patient = replace(QUICK, read=5, whole=0.3, attempts=1)
    with pytest.raises(SourceRefused, match="too slow"):
        Transport(replace(settings, sources=server.url), limits=patient).get(request_)


def test_a_redirect_from_a_mirror_is_not_followed(server, transport, request_):
    server.replies = [Reply(b"", 302, {"Location": "https://fred.stlouisfed.org/"})]
    with pytest.raises(SourceRefused, match="redirect"):
        transport.get(request_)


def test_a_redirect_loop_is_refused(server, settings, request_, waits):
    server.replies = [Reply(b"", 302, {"Location": "/again"})]
    live = Transport(replace(settings, sources="live"), limits=QUICK, sleep=waits.append)
    with pytest.raises(SourceRefused, match="redirects in a circle"):
        live.get(replace(request_, url=f"{server.url}/x", params={}))


def test_a_mirror_that_is_not_there_says_so(settings, request_, waits):
    transport = Transport(replace(settings, sources="http://127.0.0.1:9"), limits=QUICK, sleep=waits.append)
    with pytest.raises(SourceRefused, match=r"no response from http://127.0.0.1:9.*is it running\?"):
        transport.get(request_)


def test_an_endpoint_that_refused_everything_gets_one_attempt_a_request_until_it_responds(server, transport, request_):
    server.replies = [Reply(b"error", 500)]
    for expected in (3, 4, 5):
        with pytest.raises(SourceRefused):
            transport.get(request_)
        assert len(server.paths) == expected
    server.replies = [GOOD, Reply(b"error", 500), GOOD]
    transport.get(request_)
    transport.get(request_)
    assert len(server.paths) == 8


def test_an_endpoint_without_budget_is_not_asked_any_more(server, settings, request_, waits):
    server.replies = [Reply(b"error", 500)]
    mirror = Transport(replace(settings, sources=server.url), limits=replace(QUICK, budget=1.5), sleep=waits.append)
    with pytest.raises(SourceRefused):
        mirror.get(request_)
    asked = len(server.paths)
    with pytest.raises(SourceRefused, match=r"status 500|not requested"):
        mirror.get(request_)
    with pytest.raises(SourceRefused, match=r"status 500|not requested"):
        mirror.get(request_)
    assert asked == 2
    server.replies = [GOOD]
    assert mirror.get(replace(request_, source="cboe:VIX")).status == 200


def test_keys_appear_nowhere_but_on_the_wire(server, settings, waits):
    asked = Request("fred:DGS10", f"{server.url}/fred/x", {"series_id": "DGS10"}, secret={"api_key": KEY})
    live = Transport(replace(settings, sources="live", fred_api_key=KEY), limits=QUICK, sleep=waits.append)
    payload = live.get(asked)
    assert KEY in server.paths[0]
    assert KEY not in payload.url + repr(payload) + repr(asked)
    for faulty in (
        Reply(b"error", 500),
        Reply(b"bad", 400),
        Reply(b"", manner="reset"),
        Reply(b"", 302, {"Location": "/x"}),
    ):
        server.replies = [faulty]
        with pytest.raises((SourceRefused, SourceRejected)) as caught:
            live.get(asked)
        chain = [caught.value, caught.value.__cause__]
        assert all(KEY not in str(error) for error in chain)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_keys_are_not_sent_to_a_mirror(server, transport, request_):
    transport.get(replace(request_, secret={"api_key": KEY}))
    assert KEY not in server.paths[0]


def test_macrotape_says_who_it_is(server, transport, settings, request_):
    transport.get(request_)
    yahoo = Request("yahoo:USO", "https://query1.finance.yahoo.com/v8/finance/chart/USO")
    transport.get(yahoo)
    Transport(replace(settings, sources=server.url, user_agent="me@example.org")).get(yahoo)
    assert server.agents == [DEFAULT_USER_AGENT, f"Mozilla/5.0 (compatible; {DEFAULT_USER_AGENT})", "me@example.org"]


def test_live_hosts_are_asked_at_a_pace(settings, monkeypatch):
    waits = []
    live = Transport(replace(settings, sources="live"), limits=replace(QUICK, issuer_pace=2), sleep=waits.append)
    monkeypatch.setattr(live, "_attempt", lambda *_: SimpleNamespace(body=b"payload"))
    issuer = Request("nav:IWM", "https://www.blackrock.com/x")
    live.get(issuer)
    live.get(issuer)
    assert len(waits) == 1
    assert waits[0] == pytest.approx(2, abs=0.1)


def test_the_simulated_market_is_asked_without_a_connection(settings, monkeypatch, request_):
    def refuse(*_, **__):
        raise AssertionError("the simulated market must not open connections")

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", refuse)
    payload = Transport(replace(settings, sources="sample", pretend_now=None)).get(request_)
    assert payload.body.startswith(b"observation_date,DGS10")
