"""The issuer's two documents: holdings CSV (format of 2026) and the fund workbook (SpreadsheetML with its flaws)."""

from datetime import date, datetime

from ingest.registry.seeds import Fund
from ingest.simulation.funds import fund_history
from ingest.simulation.holdings import Holdings, holdings
from ingest.simulation.holdings_lines import BOND_HEADER, EQUITY_HEADER, other_lines, security_cells
from ingest.simulation.publication import published
from ingest.simulation.sessions import calendar

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def us_date(day: date) -> str:
    """``Nov 19, 2026``, whatever the locale of the machine."""
    return f"{_MONTHS[day.month - 1]} {day.day:02d}, {day.year}"


def holdings_csv(fund: Fund, requested: str, now: datetime) -> bytes:
    """The holdings file of the requested date (YYYYMMDD; empty for the newest), the issuer's stub where there is none.

    A weekend, a holiday, a date outside the served sessions and one not published by `now` are all
    the same stub with "-" for the date.
    """
    header = EQUITY_HEADER if fund.asset_class == "equity" else BOND_HEADER
    if not fund.has_holdings:
        return _document(fund, None, None, header, [])
    book = holdings(fund.fund, fund.asset_class)
    days = book.sessions[: published("holdings", fund.fund, book.sessions, now)]
    day = next((d for d in reversed(days) if not requested or f"{d:%Y%m%d}" == requested), None)
    if day is None:
        return _document(fund, None, None, header, [])
    at = book.sessions.index(day)
    return _document(fund, day, float(book.shares[at]), header, _rows(fund, book, at))


def _document(fund: Fund, day: date | None, shares: float | None, header: str, rows: list[str]) -> bytes:
    stated = "-" if day is None else us_date(day)
    outstanding = "-" if shares is None else f"{shares:,.2f}"
    head = [
        fund.name,
        f'Fund Holdings as of,"{stated}"',
        f'Inception Date,"{us_date(fund.inception_date)}"',
        f'Shares Outstanding,"{outstanding}"',
        *(f'{kind},"-"' for kind in ("Stock", "Bond", "Cash", "Other")),
        "",
        header,
    ]
    return "\n".join([*head, *rows, "", ""]).encode()


def _rows(fund: Fund, book: Holdings, at: int) -> list[str]:
    """Securities by falling market value, then cash and futures: all of them together are the net assets."""
    values, net_assets = book.market_value[at], float(book.net_assets[at])
    order = [i for i in (-values).argsort(kind="stable").tolist() if values[i] > 0]
    percent = (values / net_assets * 100).tolist()
    price, quantity, value = book.price[at].tolist(), book.quantity[at].tolist(), values.tolist()
    cells = security_cells(fund.fund, fund.asset_class)
    rows = []
    for i in order:
        before, between, after = cells[i]
        worth = f"{value[i]:,.2f}"
        rows.append(
            f'{before}"{worth}","{percent[i]:.2f}","{worth}","{quantity[i]:,.2f}",{between}"{price[i]:.2f}",{after}'
        )
    rest = round(net_assets - float(values.sum()), 2)
    return rows + other_lines(fund.fund, fund.asset_class, book.sessions[at], rest, net_assets)


def workbook(fund: Fund, now: datetime) -> bytes:
    """The fund workbook as sent: a byte-order mark, a bare ``&`` that no XML parser takes, ``--`` for missing."""
    history, sessions = fund_history(fund.fund, fund.asset_class), calendar().sessions
    rows, paid = [], []
    for at in reversed(range(published("nav", fund.fund, sessions, now))):
        day, dividend = _cell(us_date(sessions[at])), float(history.ex_dividend_usd[at])
        distribution = _cell(f"{dividend:.6f}", "Number") if dividend else _cell("--")
        nav, shares = _cell(f"{history.nav_usd[at]:.6f}", "Number"), _cell(f"{history.shares[at]:.0f}", "Number")
        rows.append(f"<ss:Row>{day}{nav}{distribution}{shares}</ss:Row>")
        if dividend:
            paid.append(f"<ss:Row>{day}{distribution}</ss:Row>")
    example = "<ss:Row>" + _cell("X0001") + _cell("SIMULATED SMITH & CO CLASS A") + "</ss:Row>"
    return (
        '\ufeff<?xml version="1.0"?>\n<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\n'
        + _sheet("Holdings", ("Ticker", "Name"), [example])
        + _sheet("Historical", ("As Of", "NAV per Share", "Ex-Dividends", "Shares Outstanding"), rows)
        + _sheet("Performance", (), [])
        + _sheet("Distributions", ("Ex-Date", "Total Distribution"), paid)
        + "</ss:Workbook>\n"
    ).encode()


def _sheet(name: str, titles: tuple[str, ...], rows: list[str]) -> str:
    head = ["<ss:Row>" + "".join(map(_cell, titles)) + "</ss:Row>"] if titles else []
    table = "\n".join([*head, *rows])
    return f'<ss:Worksheet ss:Name="{name}"><ss:Table>\n{table}\n</ss:Table></ss:Worksheet>\n'


def _cell(text: str, kind: str = "String") -> str:
    return f'<ss:Cell><ss:Data ss:Type="{kind}">{text}</ss:Data></ss:Cell>'
