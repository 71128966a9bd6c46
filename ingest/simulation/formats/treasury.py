"""Treasury's two documents of the par yield curve: the XML feed and the CSV."""

import re
from collections.abc import Mapping
from datetime import datetime

from ingest.simulation.curve import TENORS, CurveDay, curve
from ingest.simulation.publication import published

_FEED = "daily_treasury_yield_curve"
_BASE = "https://home.treasury.gov/resource-center/data-chart-center/interest-rates/pages/xml"
_ADO = "http://schemas.microsoft.com/ado/2007/08/dataservices"
_PAGE = 300


def _tag(tenor: str) -> str:
    number, unit = tenor.split()
    return f"BC_{number.replace('.', '_')}{'YEAR' if unit == 'Yr' else 'MONTH'}"


def _curve_days(kind: str, when: str, now: datetime) -> tuple[CurveDay, ...]:
    """The curves of a year (YYYY), a month (YYYYMM) or all, as far as published; other feeds hold nothing here."""
    if kind != _FEED:
        return ()
    days = curve()
    out = days[: published("treasury", "", [c.day for c in days], now)]
    return out if when == "all" else tuple(c for c in out if f"{c.day:%Y%m%d}".startswith(when))


def treasury_xml(query: Mapping[str, str], now: datetime) -> bytes:
    """The XML feed, oldest first: a tenor that does not exist is absent; only the whole history is paged."""
    when = query.get("field_tdr_date_value") or query.get("field_tdr_date_value_month") or "all"
    days = _curve_days(query.get("data", ""), when, now)
    if when == "all":
        page = int(query.get("page") or 0)
        days = days[page * _PAGE : (page + 1) * _PAGE]
    updated = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    entries = [_entry(number, day, updated) for number, day in enumerate(days, 1)]
    return (
        f'<?xml version="1.0" encoding="utf-8" standalone="yes" ?>\n<feed xml:base="{_BASE}" xmlns:d="{_ADO}" '
        f'xmlns:m="{_ADO}/metadata" xmlns="http://www.w3.org/2005/Atom"> \n'
        '<title type="text">DailyTreasuryYieldCurveRateData</title>\n'
        f"<id>{_BASE}-item?data={_FEED}</id>\n  <updated>{updated}</updated>\n"
        '  <link rel="self" title="DailyTreasuryYieldCurveRateData" href="DailyTreasuryYieldCurveRateData" />\n'
        f"{''.join(entries)}</feed>\n"
    ).encode()


def _entry(number: int, day: CurveDay, updated: str) -> str:
    cells = "".join(f'<d:{_tag(t)} m:type="Edm.Double">{y:.2f}</d:{_tag(t)}>\n' for t, y in day.yields_pct.items())
    return (
        f"<entry>\n<id>{_BASE}-item?data={_FEED}&amp;id={number}</id>\n"
        f'<title type="text"></title>\n<updated>{updated}</updated>\n<author><name /></author>\n'
        f'<category term="TreasuryDataWarehouseModel.DailyTreasuryYieldCurveRateDatum" scheme="{_ADO}/scheme" />\n'
        f'<content type="application/xml">\n<m:properties>\n<d:Id m:type="Edm.Int32">{number}</d:Id>\n'
        f'<d:NEW_DATE m:type="Edm.DateTime">{day.day}T00:00:00</d:NEW_DATE>\n{cells}'
        f'<d:BC_30YEARDISPLAY m:type="Edm.Double">{day.yields_pct["30 Yr"]:.2f}</d:BC_30YEARDISPLAY>\n'
        "</m:properties>\n</content>\n</entry>\n"
    )


def treasury_csv(path: str, query: Mapping[str, str], now: datetime) -> bytes:
    """The CSV, newest first, no newline at the end; its header names the tenors of the requested period."""
    found = re.search(r"daily-treasury-rates\.csv/(\w+)/(\w+)", path)
    in_path = (found[1] if found[1] != "all" else found[2]) if found else "all"
    when = query.get("field_tdr_date_value") or query.get("field_tdr_date_value_month") or in_path
    days = _curve_days(query.get("type", ""), when, now)
    tenors = [t for t in TENORS if not days or any(t in c.yields_pct for c in days)]
    titles = ",".join('"1.5 Month"' if t == "1.5 Mo" else f'"{t}"' for t in tenors)
    lines = [
        f"{c.day:%m/%d/%Y}," + ",".join(f"{c.yields_pct[t]:.2f}" if t in c.yields_pct else "" for t in tenors)
        for c in reversed(days)
    ]
    return "\n".join([f"Date,{titles}", *lines]).encode()
