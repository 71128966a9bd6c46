"""brief.html: the newest brief of every fund on one page without scripts or outside files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markdown_it import MarkdownIt

from orchestration.lib.brief.read import Brief, last_briefs
from orchestration.lib.marts import opened
from orchestration.lib.release import DATABASE

CONTRIBUTIONS = """
    select a.driver, d.label, a.contribution_pct, a.contribution_se_pct
    from release.marts.fct_driver_attribution_daily as a
    inner join release.marts.dim_fund as f on a.fund = f.fund and a.model = f.default_model
    inner join release.marts.dim_driver as d on a.driver = d.driver
    where a.fund = ? and a.session_date = ?
    order by d.position
"""


@dataclass(frozen=True)
class Bar:
    """A driver's contribution as a bar: position and width in percent of the chart."""

    label: str
    contribution_pct: float
    se_pct: float | None
    left: float
    width: float


@dataclass(frozen=True)
class Section:
    """A fund on the page."""

    brief: Brief
    body: str
    bars: list[Bar]


def write_brief_page(folder: Path, about: Mapping[str, Any]) -> None:
    """Write brief.html into a release folder, from the database in it."""
    sections = [_section(folder / DATABASE, brief) for brief in last_briefs(folder / DATABASE)]
    (folder / "brief.html").write_text(render(sections, about), encoding="utf-8")


def render(sections: list[Section], about: Mapping[str, Any]) -> str:
    """The page as text."""
    template = (files("orchestration.lib.brief") / "page.html.j2").read_text(encoding="utf-8")
    # autoescape: names and headlines come from sources
    return (
        Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        .from_string(template)
        .render(sections=sections, about=about, is_simulated=about["sources_mode"] == "SIMULATED")
    )


def as_html(markdown: str) -> str:
    """A brief's Markdown as HTML; raw HTML in it is shown, not run. The page has its own title."""
    without_title = re.sub(r"\A\s*# .*\n", "", markdown)
    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(without_title))


def bars_of(rows: list[tuple[str, str, float | None, float | None]]) -> list[Bar]:
    """Bars left and right of one zero line, on one scale."""
    known = [(label, points, se) for _, label, points, se in rows if points is not None]
    low = min([0.0, *(p for _, p, _ in known)])
    high = max([0.0, *(p for _, p, _ in known)])
    span = (high - low) or 1.0
    return [
        Bar(label, p, se, left=round(100 * (min(p, 0.0) - low) / span, 2), width=round(100 * abs(p) / span, 2))
        for label, p, se in known
    ]


def _section(database: Path, brief: Brief) -> Section:
    with opened(database) as con:
        rows = con.execute(CONTRIBUTIONS, [brief.fund, brief.session_date]).fetchall()
    return Section(brief, as_html(brief.markdown), bars_of(rows))
