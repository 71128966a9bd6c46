"""brief.html: every fund of a release on one page that needs nothing but itself.

Without scripts it shows the newest brief of every fund with a drawing and tables; with scripts the fund and the
session can be chosen and ECharts draws every figure. It makes no network request: its content security policy allows
only its own scripts, by hash.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markdown_it import MarkdownIt
from markupsafe import Markup

from orchestration.publishing.marts import to_json_value
from orchestration.publishing.release import DATABASE
from orchestration.reporting.brief.data import page_data
from orchestration.reporting.brief.read import Brief, read_latest_briefs
from orchestration.reporting.brief.waterfall import waterfall_svg

# in the order they run: each uses what those before it define
PANELS = ("text", "charts", "day", "history", "context", "scenarios", "holdings", "sources", "navigation")


def write_brief_page(folder: Path, about: Mapping[str, Any]) -> None:
    """Write brief.html into a release folder, from the database in it."""
    database = folder / DATABASE
    page = render(page_data(database, about), read_latest_briefs(database))
    (folder / "brief.html").write_text(page, encoding="utf-8")


def render(data: Mapping[str, Any], briefs: Sequence[Brief]) -> str:
    """The page as text."""
    scripts = [_part("vendor/echarts.min.js"), page_script()]
    # autoescape: names and headlines come from sources
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_part("page.html.j2")).render(
        data=data,
        is_simulated=data["about"]["sources_mode"] == "SIMULATED",
        briefs=[(brief, Markup(as_html(brief.markdown)), Markup(_drawn(data, brief))) for brief in briefs],  # noqa: S704
        policy=Markup(policy(scripts)),  # noqa: S704 - hashes and keywords
        style=Markup(_part("page.css")),  # noqa: S704 - our own files
        scripts=[Markup(script) for script in scripts],  # noqa: S704
        embedded=Markup(as_json(data)),  # noqa: S704 - escaped for this place
        licences=[_part("vendor/NOTICE.txt"), _part("vendor/LICENSE.txt")],
    )


def page_script() -> str:
    """The panels as one script: they share their names with one another and with nothing else on the page."""
    return "\n".join(["(() => {", '"use strict";', *(_part(f"panels/{name}.js") for name in PANELS), "})();"])


def policy(scripts: Sequence[str]) -> str:
    """What a browser may do with the page: run exactly these scripts, and fetch nothing."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{h}'" for h in hashes)
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def as_json(data: Mapping[str, Any]) -> str:
    """JSON that may stand inside a script element, whatever a name contains."""
    text = json.dumps(data, default=to_json_value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def as_html(markdown: str) -> str:
    """A brief's Markdown as HTML; raw HTML in it is shown, not run. The page has its own title."""
    without_title = re.sub(r"\A\s*# .*\n", "", markdown)
    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(without_title))


def _drawn(data: Mapping[str, Any], brief: Brief) -> str:
    fund = data["funds"].get(brief.fund, {})
    if brief.session_date not in data["dates"]:
        return ""
    day = data["dates"].index(brief.session_date)
    parts = []
    for driver in data["drivers"]:
        points, shown = (fund.get(name, {}).get(driver["driver"]) for name in ("points", "shown"))
        if points and shown and points[day] is not None:
            parts.append((driver["label"], points[day], shown[day]))
    return waterfall_svg(parts)


@cache
def _part(name: str) -> str:
    return (files("orchestration.reporting.brief") / name).read_text(encoding="utf-8")
