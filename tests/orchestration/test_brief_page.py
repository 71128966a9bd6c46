"""The page people open: complete by itself, and safe whatever a name contains."""

from datetime import date

import pytest

from orchestration.lib.brief.page import Section, as_html, bars_of, render
from orchestration.lib.brief.read import Brief

ABOUT = {"release_id": "r-1", "opened_at": "2026-07-01T13:00:00Z", "sources_mode": "SIMULATED", "model_version": "1.0"}


def section(markdown="# IWM\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", headline="IWM fell"):
    brief = Brief("IWM", date(2026, 6, 30), headline, markdown)
    rows = [("oil", "Oil", 0.2, 0.1), ("rates", "Rates", -0.8, None), ("credit", "Credit", None, None)]
    return Section(brief, as_html(markdown), bars_of(rows))


def test_the_page_asks_nobody_for_anything():
    page = render([section()], ABOUT)
    assert "default-src 'none'" in page
    assert not [bad for bad in ("http://", "https://", "<script", "<link", "@import", "url(") if bad in page]


@pytest.mark.parametrize(("mode", "banner"), [("SIMULATED", True), ("live", False), ("mirror", False)])
def test_a_simulated_market_is_called_so(mode, banner):
    assert ("SIMULATED market" in render([section()], {**ABOUT, "sources_mode": mode})) is banner


def test_markup_in_texts_is_shown_and_not_run():
    page = render([section("# T\n\n<script>alert(1)</script>", "<img src=x onerror=alert(1)>")], ABOUT)
    assert "<script" not in page
    assert "<img" not in page


def test_tables_of_a_brief_become_tables_and_its_title_is_dropped():
    html = as_html("# IWM 2026-06-30\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "<table>" in html
    assert "<h1>" not in html


def test_bars_share_one_zero_and_one_scale():
    up, down = section().bars
    assert (up.left, up.width) == (80.0, 20.0)
    assert (down.left, down.width) == (0.0, 80.0)


def test_a_release_without_briefs_has_a_page_too():
    assert "no brief" in render([], ABOUT)
