"""What every generated series shares: a separate random stream, and parameters for funds that have none."""

import zlib

import numpy as np

from ingest.simulation.parameters import PARAMETERS, FundParameters

_UNNAMED = {
    "equity": FundParameters(market=1.0, oil=0.02, credit=0.2, eps_sd_pct=0.5),
    "fixed_income": FundParameters(
        market=0.01, d10=-0.05, d10_after=-0.05, credit=0.1, eps_sd_pct=0.1, yield_pct=3.5, distributions_a_year=12
    ),
}


def fund_parameters(ticker: str, asset_class: str) -> FundParameters:
    """The parameters of a fund; those of a typical fund of its asset class for a row that was added to funds.csv."""
    return PARAMETERS.funds.get(ticker) or _UNNAMED.get(asset_class, _UNNAMED["equity"])


def generator(name: str) -> np.random.Generator:
    """A stream of random numbers for `name` alone: adding a series never moves another one."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([PARAMETERS.seed, zlib.crc32(name.encode())])))
