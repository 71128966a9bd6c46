"""brief.html in a real browser without a network: every figure drawn, every number the mart's."""

import html
import json
import re
from pathlib import Path

import duckdb
import pytest

from orchestration.publishing.release import DATABASE
from orchestration.reporting.brief.page import write_brief_page
from tests.e2e.pages.browser import READY, opened, rendered

COMPONENTS = ("oil", "d10", "dslope", "market", "credit")
CHARTS = {"day": 6, "history": 250, "yields": 2, "oil": 2, "scenarios": 40, "sectors": 5, "movers": 10}
CHARTS |= {f"betas-{c}": 2 for c in COMPONENTS}
WITH_HOLDINGS = """
    create table marts.fct_holding_contribution_daily as
    select fund, as_of_date as session_date, holding_id, weight_pct as weight_start_pct, 1.5 as return_pct,
        case when row_number() over (partition by fund, as_of_date order by holding_id) % 2 = 0 then 1 else -1 end
            * weight_pct / 100 as contribution_pct, '' as flag, sector
    from marts.fct_holdings_daily;
    create table marts.fct_sector_contribution_daily as
    select fund, session_date, sector, sum(weight_start_pct) as weight_start_pct, 1.5 as return_pct,
        sum(contribution_pct) as contribution_pct
    from marts.fct_holding_contribution_daily group by all;
"""


@pytest.fixture(scope="module")
def release(simulated_home) -> Path:
    return (simulated_home / "current").resolve()


@pytest.fixture(scope="module")
def con(release):
    with duckdb.connect(str(release / DATABASE), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def seen(chromium, release):
    return rendered(chromium, release / "brief.html")


def embedded(dom):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', dom, re.DOTALL)[1])


def marks(dom):
    """How many shapes each chart drew, axes included."""
    pieces = re.split(r'data-chart="([\w-]+)"', dom)[1:]
    return {
        name: len(re.findall("<path", svg.split("</svg>")[0]))
        for name, svg in zip(pieces[::2], pieces[1::2], strict=True)
    }


def figure(dom, name):
    return re.search(rf'<figure id="fig-{name}".*?</figure>', dom, re.DOTALL)[0]


def values(text):
    return [float(v) for v in re.findall(r'data-value="([^"]+)"', text)]


def test_every_figure_is_drawn_and_the_console_is_silent(seen):
    assert seen.console == []
    drawn = marks(seen.dom)
    assert set(drawn) == set(CHARTS)
    assert {name: n for name, n in drawn.items() if n < CHARTS[name]} == {}
    assert seen.dom.count('aria-label="Waterfall') == 1
    for name in ("history", "betas", "yields", "oil", "scenarios", "sources"):
        assert figure(seen.dom, name).count("<tr") > 3, f"{name} has no table"


@pytest.mark.parametrize("fund", ["IWM", "TLT"])
@pytest.mark.parametrize("back", [0, 40])
def test_totals_on_the_page_are_those_of_the_mart(chromium, release, con, fund, back):
    day = con.execute("select distinct session_date from marts.fct_brief_daily order by 1 desc").fetchall()[back][0]
    total, model, headline = con.execute(
        "select return_pct, model, headline from marts.fct_attribution_summary_daily s"
        " join marts.dim_fund f on f.fund = s.fund and f.default_model = s.model where s.fund = ? and session_date = ?",
        [fund, day],
    ).fetchall()[0]
    parts = con.execute(
        "select rounded_contribution_pct, contribution_se_pct from marts.fct_driver_attribution_daily"
        " join marts.dim_driver using (driver) where fund = ? and session_date = ? and model = ? order by position",
        [fund, day, model],
    ).fetchall()
    dom = rendered(chromium, release / "brief.html", f"#{fund}/{day}").dom
    assert f'data-ready="{fund}/{day}"' in dom
    assert headline in html.unescape(dom)
    assert values(re.search(r'<strong id="return".*?>', dom)[0]) == [pytest.approx(total, abs=5e-5)]
    shown = values(figure(dom, "day"))
    assert shown[0:10:2] == pytest.approx([p for p, _ in parts], abs=1e-9)
    assert shown[1:10:2] == pytest.approx([se for _, se in parts], abs=6e-4)
    assert shown[10] == pytest.approx(total, abs=5e-5)
    assert round(sum(shown[0:10:2]), 2) == pytest.approx(round(total, 2), abs=1e-9)


@pytest.mark.parametrize("fund", ["IWM", "TLT"])
def test_the_components_on_the_page_are_those_of_the_mart_and_multiply(chromium, release, con, fund):
    day, *_ = con.execute("select max(session_date) from marts.fct_brief_daily").fetchall()[0]
    parts = con.execute(
        "select component_label, unexpected_move, sequential_beta, rounded_contribution_pct"
        " from marts.fct_driver_component_daily as c join marts.dim_fund as f"
        " on c.fund = f.fund and c.model = f.default_model"
        " where c.fund = ? and session_date = ? and is_shown order by position",
        [fund, day],
    ).fetchall()
    dom = rendered(chromium, release / "brief.html", f"#{fund}/{day}").dom
    made = re.search(r"<table><caption[^>]*>Components of .*?</table>", figure(dom, "day"), re.DOTALL)[0]
    cells = [re.findall(r"<td.*?</td>", row) for row in re.findall(r"<tr.*?</tr>", made)[1:]]
    shown = [[re.sub("<.*?>", "", cell).replace("−", "-") for cell in row] for row in cells]
    assert [row[0] for row in shown] == [label for label, *_ in parts]
    for row, (_, unexpected, sensitivity, contribution) in zip(shown, parts, strict=True):
        assert float(row[2].split()[0]) == pytest.approx(unexpected, abs=0.0051)
        assert [float(row[3]), float(row[4])] == pytest.approx([sensitivity, contribution], abs=0.000051)


def test_the_query_behind_a_figure_gives_what_the_figure_shows(seen, con):
    data = embedded(seen.dom)
    fund, day = data["funds"]["IWM"], data["dates"][-1]
    asked = {"fund": "IWM", "model": fund["model"], "date": day}
    rows = {
        name: con.execute(query.format(**asked)).fetchall()
        for name, query in data["sql"].items()
        if name not in ("sectors", "movers")
    }
    assert {r[0]: r[1] for r in rows["day"]} == {d: v[-1] for d, v in fund["shown"].items()}
    for when, driver, points in rows["history"]:
        assert fund["points"][driver][data["dates"].index(str(when))] == pytest.approx(points, abs=6e-5)
    assert {r[0] for r in rows["periods"]} == set(data["periods"])
    for period, driver, points, *_ in rows["periods"]:
        position = [d["driver"] for d in data["drivers"]].index(driver)
        assert fund["period"][period][-1][3 + position] == pytest.approx(points, abs=6e-3)
    weeks = fund["betas"]["date"]
    for component, when, beta, _, upper in rows["betas"]:
        i = weeks.index(str(when))
        assert fund["betas"]["beta"][component][i] == pytest.approx(beta, abs=6e-5)
        assert fund["betas"]["half"][component][i] == pytest.approx(upper - beta, abs=6e-5)
    for shock, view, impact, se in rows["scenarios"]:
        found = fund["scenarios"][day][data["shocks"].index(shock)][data["views"].index(view)]
        assert found == pytest.approx([impact, se], abs=6e-3)
    assert [str(r[0]) for r in rows["yields"]][::-1] == data["rates"]["session_date"]
    assert [r[1] for r in rows["oil"]][::-1] == data["oil"]["wti_usd"]
    assert len(rows["sources"]) == len(data["health"])


def test_a_planted_change_of_sign_is_shown_and_said(seen):
    ten_year = re.search(r'data-beta="d10".*?</p>', seen.dom, re.DOTALL)[0]
    assert re.search(r"changed sign 1 ×, last in the week of 2025-0\d", ten_year)


@pytest.mark.parametrize("back", [0, 5, 17])
def test_how_sure_a_sign_is_is_said_as_in_the_brief(chromium, release, con, back):
    day, text = con.execute(
        "select session_date, markdown from marts.fct_brief_daily where fund = 'IWM' order by 1 desc limit 1 offset ?",
        [back],
    ).fetchall()[0]
    said = re.search(r"^- (Sign: .*)$", text, re.MULTILINE)[1]
    dom = rendered(chromium, release / "brief.html", f"#IWM/{day}").dom
    assert re.search(r'<p id="sure">(.*?)</p>', dom)[1] == said


def test_fund_and_session_are_chosen_by_keyboard_with_the_focus_in_sight(chromium, release, seen):
    dates = embedded(seen.dom)["dates"]
    chosen, focus = READY, "document.activeElement"
    with opened(chromium, (release / "brief.html").as_uri()) as page:
        page.wait_for_function(chosen)
        for _ in range(2):
            page.keyboard.press("ArrowLeft")
        assert page.evaluate(chosen) == f"IWM/{dates[-3]}"
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        assert page.evaluate(f"{focus}.id") == "fund"
        assert page.evaluate(f"getComputedStyle({focus}).outlineStyle") == "solid"
        page.keyboard.press("ArrowDown")
        assert page.evaluate(chosen) == f"IJR/{dates[-2]}"
        for _ in range(2):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate(f"[{focus}.id, {chosen}]") == ["earlier", f"IJR/{dates[-3]}"]
        for _ in range(6):
            page.keyboard.press("Tab")
        assert page.evaluate(f"{focus}.textContent") == "IJR"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate(f"[{focus}.textContent, {chosen}]") == ["IVV", f"IVV/{dates[-3]}"]


def test_no_chart_is_wider_than_its_box(chromium, release):
    overflowing = """[...document.querySelectorAll('[data-chart]')].filter((box) =>
        Math.abs(box.querySelector('svg').getBoundingClientRect().width - box.getBoundingClientRect().width) > 1
    ).map((box) => box.dataset.chart)"""
    with opened(chromium, (release / "brief.html").as_uri()) as page:
        page.wait_for_function(READY)
        assert page.evaluate(overflowing) == []


def test_dark_is_drawn_in_the_colours_of_dark(chromium, release, seen):
    dark = rendered(chromium, release / "brief.html", color_scheme="dark")
    assert dark.console == []
    assert marks(dark.dom) == marks(seen.dom)
    fills = [set(re.findall(r'fill="(#\w+)"', figure(dom, "day"))) for dom in (seen.dom, dark.dom)]
    assert not (fills[0] & fills[1])


def test_it_prints_on_two_pages(chromium, release):
    with opened(chromium, (release / "brief.html").as_uri()) as page:
        page.wait_for_function(READY)
        pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2


def test_no_chart_is_cut_on_paper(chromium, release):
    """Every text of a chart lies in its box: axes are drawn last and at the edges."""
    cut = """[...document.querySelectorAll('[data-chart]')].filter((box) => {
        const frame = box.getBoundingClientRect();
        return [...box.querySelectorAll('text')].some((text) => {
            const place = text.getBoundingClientRect();
            return place.top < frame.top - 2 || place.bottom > frame.bottom + 2 || place.right > frame.right + 9;
        });
    }).map((box) => box.dataset.chart)"""
    with opened(chromium, (release / "brief.html").as_uri()) as page:
        page.wait_for_function(READY)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 718, "height": 1054})  # A4 less its margins
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate("document.querySelectorAll('[data-chart] text').length") > 60
        assert page.evaluate(cut) == []


def test_it_can_be_read_without_scripts(chromium, release, con):
    text = (release / "brief.html").read_text()
    static = text[text.index('<div class="static">') : text.index("<footer>")]
    funds = [f for (f,) in con.execute("select distinct fund from marts.fct_brief_daily").fetchall()]
    assert static.count('<svg class="waterfall"') == len(funds)
    assert "hidden" not in static
    assert static.count("<table>") == len(funds) + 2
    with opened(chromium, (release / "brief.html").as_uri(), java_script_enabled=False) as page:
        assert page.locator(".static svg.waterfall").first.is_visible()


def test_sectors_and_movers_appear_with_their_tables(chromium, release, tmp_path):
    (tmp_path / DATABASE).write_bytes((release / DATABASE).read_bytes())
    with duckdb.connect(str(tmp_path / DATABASE)) as con:
        for table in ("fct_sector_contribution_daily", "fct_holding_contribution_daily"):
            con.execute(f"drop table if exists marts.{table}")
        con.execute(WITH_HOLDINGS)
        expected = con.execute(
            "select sector, contribution_pct from marts.fct_sector_contribution_daily where fund = 'IWM'"
            " and session_date = (select max(session_date) from marts.fct_brief_daily) order by 2 desc"
        ).fetchall()
    about = json.loads((release / "manifest.json").read_text())
    write_brief_page(tmp_path, {k: v for k, v in about.items() if k not in ("tables", "files")})
    seen = rendered(chromium, tmp_path / "brief.html")
    assert seen.console == []
    assert set(marks(seen.dom)) == set(CHARTS)
    assert values(figure(seen.dom, "sectors"))[2::3] == pytest.approx([p for _, p in expected], abs=6e-4)
    assert len(values(figure(seen.dom, "movers"))) == 3 * 10
    assert (tmp_path / "brief.html").stat().st_size < 1_500_000


def test_a_release_with_little_in_it_is_shown_for_what_it_has(chromium, release, tmp_path):
    (tmp_path / DATABASE).write_bytes((release / DATABASE).read_bytes())
    with duckdb.connect(str(tmp_path / DATABASE)) as con:
        for table in ("fct_driver_beta_daily", "fct_rates_regime_daily", "fct_scenario", "fct_attribution_period"):
            con.execute(f"delete from marts.{table}")
        con.execute("delete from marts.fct_driver_attribution_daily where fund = 'TLT'")
        con.execute("update marts.fct_attribution_summary_daily set status = 'insufficient_history' where fund = 'TLT'")
        con.execute(
            "insert into marts.fct_quarantine (series, observation_date, field, reason, detail)"
            " select 'nav:TLT', max(session_date), 'level', 'moved_too_far', 'ten times the day before'"
            " from marts.fct_brief_daily"
        )
    about = json.loads((release / "manifest.json").read_text())
    write_brief_page(tmp_path, {k: v for k, v in about.items() if k not in ("tables", "files")})
    seen = rendered(chromium, tmp_path / "brief.html", "#TLT")
    assert seen.console == []
    assert "No numbers for this session: insufficient history" in seen.dom
    assert '<span class="tag warn">nav:TLT level quarantined</span>' in seen.dom
    assert "ten times the day before" in figure(seen.dom, "sources")
    assert {name for name, n in marks(seen.dom).items() if n} >= {"history", "oil"}
