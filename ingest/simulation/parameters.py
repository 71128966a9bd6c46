"""The parameters of the simulated market: the numbers that a correct method estimates.

Only the standard library is imported here: settings read the clock from it, tests the events.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType

from ingest.settings import SAMPLE_FIRST_SESSION, SAMPLE_NOW


@dataclass(frozen=True)
class FundParameters:
    """How a fund's daily NAV total return (percent) is built from the drivers.

    ``alpha + oil·oil_pct + d10·d10_bp + dslope·dslope_bp + market·market_pct + credit·credit_pct + eps``
    where yields are the published ones (rounded to 0.01) and eps is Gaussian with `eps_sd_pct`.
    Every sensitivity is the same on days of either sign: news and growth branches share it.
    `d10_after` holds from `Parameters.flip_session` on; it equals `d10` where nothing flips.
    """

    market: float = 0.0
    oil: float = 0.0
    d10: float = 0.0
    d10_after: float = 0.0
    dslope: float = 0.0
    credit: float = 0.0
    alpha: float = 0.0
    eps_sd_pct: float = 0.0
    nav_start_usd: float = 100.0
    shares_start: float = 100_000_000.0
    yield_pct: float = 1.2
    distributions_a_year: int = 4


_FUNDS = {
    "IVV": FundParameters(market=1.0, nav_start_usd=450.0, shares_start=900_000_000.0, yield_pct=1.3),
    "IWM": FundParameters(
        1.15, 0.04, -0.040, 0.040, 0.02, 0.50, 0.0, 0.35, nav_start_usd=200.0, shares_start=280_000_000.0
    ),
    "IJR": FundParameters(
        1.08, 0.05, -0.035, 0.035, 0.02, 0.45, 0.0, 0.40, nav_start_usd=105.0, shares_start=700_000_000.0
    ),
    "IWN": FundParameters(
        1.05, 0.08, -0.045, 0.030, 0.03, 0.60, 0.0, 0.40, nav_start_usd=140.0, shares_start=80_000_000.0, yield_pct=1.8
    ),
    "IWO": FundParameters(
        1.25, 0.01, -0.035, 0.050, 0.01, 0.40, 0.0, 0.45, nav_start_usd=240.0, shares_start=45_000_000.0, yield_pct=0.7
    ),
    "LQD": FundParameters(
        0.02, 0.0, -0.080, -0.080, -0.015, 0.25, 0.008, 0.08, 107.0, 300_000_000.0, 4.4, distributions_a_year=12
    ),
    "TLT": FundParameters(
        0.01, 0.0, -0.150, -0.150, -0.030, 0.00, 0.008, 0.12, 100.0, 450_000_000.0, 4.2, distributions_a_year=12
    ),
    "IEF": FundParameters(
        0.00, 0.0, -0.072, -0.072, 0.004, 0.00, 0.012, 0.03, 96.0, 320_000_000.0, 3.7, distributions_a_year=12
    ),
    # The return of HYG follows from the definition of credit, not from the line above, see `Parameters.credit_fund`.
    "HYG": FundParameters(
        credit=1.0, nav_start_usd=78.0, shares_start=210_000_000.0, yield_pct=6.0, distributions_a_year=12
    ),
}


@dataclass(frozen=True)
class Parameters:
    """Seed, clock, sensitivities and events of the simulated market; dates are New York sessions."""

    seed: int = 20_230_703
    first_session: date = SAMPLE_FIRST_SESSION
    last_session: date = date(2026, 6, 30)
    #: The market's own clock: the morning after the last session.
    now: datetime = SAMPLE_NOW
    #: Holdings are served from this session on (63 sessions).
    first_holdings_session: date = date(2026, 3, 31)

    funds: Mapping[str, FundParameters] = field(default_factory=lambda: MappingProxyType(_FUNDS))
    #: Total return of the credit fund = credit + credit_hedge · total return of the hedge fund.
    credit_fund: str = "HYG"
    credit_hedge_fund: str = "IEF"
    credit_hedge: float = 0.5
    #: From this session on `d10_after` holds: 377 returns before it, 373 from it on.
    flip_session: date = date(2025, 1, 2)

    #: Bond market closed while NYSE trades (Columbus and Veterans Day): no curve; fund returns carry no
    #: rates part that session, and the next published change spans two sessions and acts on the second.
    bond_holidays: tuple[date, ...] = (
        date(2023, 10, 9),
        date(2024, 10, 14),
        date(2024, 11, 11),
        date(2025, 10, 13),
        date(2025, 11, 11),
    )
    #: Bond market open while NYSE is closed: the change accumulates into the next session.
    bond_only_days: tuple[date, ...] = (date(2025, 1, 9), date(2026, 4, 3))

    #: One fund has a day of its own: eps is exactly this, most of it in one sector.
    specific_fund: str = "IWM"
    specific_session: date = date(2026, 5, 14)
    specific_eps_pct: float = 3.0
    specific_sector: str = "Health Care"

    #: A holding of `specific_fund` splits while the fund is created: every quantity also grows.
    split_ticker: str = "S0042"
    split_session: date = date(2026, 6, 3)
    split_ratio: int = 3
    creation_pct: float = 2.0
    new_ticker: str = "S1950"
    new_session: date = date(2026, 6, 9)
    dropped_ticker: str = "S1949"
    #: First session the dropped holding is no longer listed.
    dropped_session: date = date(2026, 6, 11)

    #: WTI spot closes below zero once; USO trades an ordinary day.
    negative_spot_series: str = "DCOILWTICO"
    negative_spot_session: date = date(2025, 9, 17)
    negative_spot_usd: float = -12.34

    #: A net asset value that is published late; its market close is out on time.
    late_nav_fund: str = "HYG"
    late_nav_session: date = date(2026, 6, 30)
    late_nav_published: datetime = datetime(2026, 7, 1, 20, 0, tzinfo=UTC)
    #: A context series that is stuck: nothing after this date until it recovers.
    stuck_fred_id: str = "BAMLH0A0HYM2"
    stuck_last_date: date = date(2026, 6, 18)
    stuck_until: datetime = datetime(2026, 7, 6, 12, 0, tzinfo=UTC)

    #: The last session has a story: yields jump and the market falls.
    story_d10_bp: float = 14.0
    story_d2_bp: float = 11.0
    story_market_pct: float = -1.2
    story_oil_pct: float = 0.6
    story_credit_pct: float = -0.35

    def d10_beta(self, fund: str, session: date) -> float:
        """Sensitivity to the 10-year yield that session, percent per basis point."""
        parameters = self.funds[fund]
        return parameters.d10_after if session >= self.flip_session else parameters.d10


PARAMETERS = Parameters()
