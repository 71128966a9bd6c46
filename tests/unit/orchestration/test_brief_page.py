"""The page people open: complete by itself, and safe whatever a name contains."""

import base64
import hashlib
import json
import re
from datetime import date
from importlib.resources import files

import pytest

from orchestration.reporting.brief.figures import FIGURES
from orchestration.reporting.brief.page import as_html, as_json, render
from orchestration.reporting.brief.read import Brief
from orchestration.reporting.brief.waterfall import waterfall_svg

ABOUT = {"release_id": "r-1", "opened_at": "2026-07-01T13:00:00Z", "sources_mode": "SIMULATED", "model_version": "1.0"}
DAY = date(2026, 6, 30)
EVIL = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>&\u2028"


def page(markdown="# IWM\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", headline="IWM fell", mode="SIMULATED", briefs=None):
    fund = {"fund": "IWM", "name": headline, "points": {"oil": [0.2]}, "shown": {"oil": [0.2]}}
    data = {
        "about": {**ABOUT, "sources_mode": mode},
        "dates": [DAY],
        "drivers": [{"driver": "oil", "label": "Oil"}],
        "funds": {"IWM": fund},
        "health": [],
        "sql": FIGURES,
    }
    return render(data, [Brief("IWM", DAY, headline, markdown)] if briefs is None else briefs)


def outside_scripts(text):
    return re.sub(r"<script[^>]*>.*?</script>", "", text, flags=re.DOTALL)


def test_the_page_makes_no_request():
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page())[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert not [bad for bad in ("<link", "@import", "url(", "src=", "<iframe") if bad in outside_scripts(page())]


def test_the_policy_names_exactly_the_scripts_of_the_page():
    scripts = re.findall(r"<script>(.*?)</script>", page(), re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in page().replace("&#43;", "+")


@pytest.mark.parametrize(("mode", "banner"), [("SIMULATED", True), ("live", False), ("mirror", False)])
def test_a_simulated_market_is_called_so(mode, banner):
    assert ("SIMULATED market" in page(mode=mode)) is banner


def test_markup_in_texts_is_shown_and_not_run():
    text = page(f"# T\n\n{EVIL}", EVIL)
    assert text.count("<script") == page().count("<script") == 3
    assert "<img" not in text


def test_embedded_data_survive_the_script_element():
    text = as_json({"name": EVIL, "day": DAY})
    assert not {"<", ">", "&", "\u2028"} & set(text)
    assert json.loads(text) == {"name": EVIL, "day": "2026-06-30"}


def test_tables_of_a_brief_become_tables_and_its_title_is_dropped():
    html = as_html("# IWM 2026-06-30\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "<table>" in html
    assert "<h1>" not in html


def test_each_bar_of_the_waterfall_starts_where_the_last_one_ended():
    drawn = waterfall_svg([("Oil", 0.5, 0.5), ("<Rates>", -1.25, -1.25)])
    bars = [tuple(map(float, b)) for b in re.findall(r'y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn)]
    assert len(bars) == 3
    oil, rates, total = bars
    assert oil[0] == rates[0]  # up from zero, then down from there
    assert rates[0] + rates[1] == pytest.approx(total[0] + total[1], abs=0.11)
    assert oil[0] + oil[1] == pytest.approx(total[0], abs=0.11)
    assert "-0.75" in drawn
    assert "<Rates>" not in drawn


def test_a_day_without_numbers_has_no_waterfall():
    assert waterfall_svg([]) == ""


def test_a_release_without_briefs_has_a_page_too():
    text = render({"about": ABOUT, "dates": [], "funds": {}, "drivers": [], "health": []}, [])
    assert "no brief" in text
    assert "<script" not in text


def luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_text_and_marks_have_enough_contrast(scheme):
    style = (files("orchestration.reporting.brief") / "page.css").read_text()
    colours = dict(re.findall(r"--([\w-]+): (#\w+)", re.findall(r":root[^{]*\{([^}]*)\}", style)[scheme]))
    for text in ("ink", "soft", "up", "down"):
        assert contrast(colours[text], colours["paper"]) >= 4.5, text
    assert contrast(colours["warn-ink"], colours["warn"]) >= 4.5
    for mark in ("oil", "rates", "risk_appetite", "credit", "specific", "total"):
        assert contrast(colours[mark], colours["paper"]) >= 3, mark
