"""The lines of a holdings file: what never changes of a security's line, and all that is no security.

Cash, futures, collateral and worthless rights are spelled as the issuer does, because parsers have to
tell them from equities by these words; the names are invented.
"""

from datetime import date, timedelta
from functools import cache

from ingest.simulation.holdings import holdings

EQUITY_HEADER = (
    "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,Location,Exchange,Currency,"
    "FX Rate,Market Currency,Accrual Date"
)
BOND_HEADER = (
    "Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Par Value,CUSIP,ISIN,SEDOL,Price,Location,Exchange,"
    "Currency,Duration,YTM (%),FX Rate,Maturity,Coupon (%),Mod. Duration,Yield to Call (%),Yield to Worst (%),"
    "Real Duration,Real YTM (%),Market Currency,Accrual Date,Effective Date"
)
_EXCHANGES = ("NASDAQ", "New York Stock Exchange Inc.", "Nyse Mkt Llc")
#: Stock-index futures by fund: symbol, name, multiplier, index points for a dollar of NAV.
_FUTURES = {
    "IWM": ("RTY", "RUSSELL 2000 EMINI CME", 50, 10.0),
    "IVV": ("ES", "S&P500 EMINI CME", 50, 10.0),
}
_CASH = "Cash and/or Derivatives"
_FUND_NAME = "SIMULATED CSH FND TREASURY"


@cache
def security_cells(ticker: str, asset_class: str) -> tuple[tuple[str, str, str], ...]:
    """Of each security's line the cells before the value, between quantity and price, and after the price."""
    book = holdings(ticker, asset_class).book
    out = []
    for i, (symbol, name) in enumerate(zip(book.tickers, book.names, strict=True)):
        sector = book.sectors[int(book.sector[i])]
        if book.is_bond:
            out.append((f'"{name}","{sector}","Fixed Income",', *_bond_cells(symbol, i, sector == "Treasuries")))
        else:
            exchange = _EXCHANGES[i % len(_EXCHANGES)]
            after = f'"United States","{exchange}","USD","1.00","USD","-"'
            out.append((f'"{symbol}","{name}","{sector}","Equity",', "", after))
    return tuple(out)


def _bond_cells(symbol: str, i: int, is_treasury: bool) -> tuple[str, str]:
    """Identifiers between par value and price; terms after it, drawn from the line's number."""
    cusip = f"{symbol[0]}SIM{i + 1:05d}"
    year, duration = (2034 + i % 3, 6.2 + (i % 3) * 0.8) if is_treasury else (2027 + i % 8, 1.0 + (i % 8) * 0.8)
    coupon = 3.5 + (i * 7 % 9) / 8 if is_treasury else 4.0 + (i * 7 % 33) / 8
    ytm = f"{coupon + 0.4:.2f}"
    terms = (
        *("United States", "-", "USD", f"{duration:.2f}", ytm, "1.00", f"May 15, {year}", f"{coupon:.2f}"),
        *(f"{duration - 0.1:.2f}", "-", ytm, f"{duration - 0.1:.2f}", ytm, "USD", "Nov 15, 2025", "May 15, 2023"),
    )
    return f'"{cusip}","US{cusip}0","B{symbol[0]}{i + 1:05d}",', ",".join(f'"{t}"' for t in terms)


def other_lines(ticker: str, asset_class: str, day: date, rest: float, net_assets: float) -> list[str]:
    """Everything but securities; their market values add up to `rest`, USD."""
    payable = -round(net_assets * 4e-5, 2)
    if asset_class != "equity":
        invested = round(rest - payable, 2)
        return [
            _bond_cash(f'"{_FUND_NAME}","{_CASH}","Money Market"', invested, net_assets),
            _bond_cash(f'"USD CASH","Cash","{_CASH}"', payable, net_assets),
        ]
    collateral, right, canadian = round(net_assets * 1e-4, -3), 1.31, 0.01
    invested = round(rest - payable - collateral - 2 * right - canadian, 2)
    return [
        _cash(f'"XSIMA","{_FUND_NAME}","{_CASH}","Money Market"', invested, net_assets, "1.00"),
        _cash(f'"WSIMU","CASH COLLATERAL USD","{_CASH}","Cash Collateral and Margins"', collateral, net_assets),
        *(_right(f"SIMULATED BIO {n:02d} INC CVR", right) for n in (1, 2)),
        f'"CAD","CAD CASH","{_CASH}","Cash","0.01","0.00","0.01","0.00","71.93","Canada","-","USD","1.39","CAD","-"',
        _cash(f'"USD","USD CASH","{_CASH}","Cash"', payable, net_assets),
        *_future(ticker, day, invested, net_assets),
    ]


def _cash(labels: str, value: float, net_assets: float, price: str = "100.00") -> str:
    """A cash line of an equity file: its quantity is its value, whatever price is printed beside it."""
    worth, percent = f"{value:,.2f}", _percent(value, net_assets)
    return (
        f'{labels},"{worth}","{percent}","{worth}","{round(value):,.2f}","{price}",'
        '"United States","-","USD","1.00","USD","-"'
    )


def _bond_cash(labels: str, value: float, net_assets: float) -> str:
    worth, percent, dashes = f"{value:,.2f}", _percent(value, net_assets), ",".join(['"-"'] * 7)
    return (
        f'{labels},"{worth}","{percent}","{worth}","{worth}","-","-","-","1.00",'
        f'"United States","-","USD","-","-","1.00",{dashes},"USD","-","-"'
    )


def _percent(value: float, net_assets: float) -> str:
    """A weight to 0.01; a small debt is zero without a sign, as the issuer prints it."""
    return f"{round(value / net_assets * 100, 2) + 0.0:.2f}"


def _right(name: str, value: float) -> str:
    return (
        f'"-","{name}","Health Care","Equity","{value}","0.00","{value}","130,676.00","0.00","United States",'
        '"NO MARKET (E.G. UNLISTED)","USD","1.00","USD","-"'
    )


def _future(ticker: str, day: date, exposure: float, net_assets: float) -> list[str]:
    """An index future that covers the cash: market value zero, the exposure in the notional; rolls each quarter."""
    if ticker not in _FUTURES:
        return []
    root, name, multiplier, points = _FUTURES[ticker]
    # The position has moved on to the next quarter by ten days into the month of expiry.
    month = day + timedelta(days=20)
    quarter = (month.month + 2) // 3
    code, label = "HMUZ"[quarter - 1], ("MAR", "JUN", "SEP", "DEC")[quarter - 1]
    price = round(points * net_assets / 1e9 * 25) / 25 + 1000
    contracts = round(exposure / (price * multiplier))
    return [
        f'"{root}{code}{month.year % 10}","{name} {label} {month.year % 100}","{_CASH}","Futures","0.00","0.00",'
        f'"{contracts * price * multiplier:,.2f}","{contracts:,.2f}","{price:,.2f}","-","Chicago Mercantile Exchange",'
        '"USD","1.00","USD","-"'
    ]
