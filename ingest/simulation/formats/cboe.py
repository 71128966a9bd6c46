"""Cboe's history file of the volatility index."""

from datetime import datetime

from ingest.simulation.context import vix
from ingest.simulation.publication import published


def vix_csv(now: datetime) -> bytes:
    """The whole history of the volatility index, CRLF, six decimals."""
    days = list(vix().items())
    out = days[: published("cboe", "VIX", [day for day, _ in days], now)]
    lines = [f"{day:%m/%d/%Y}," + ",".join(f"{v:.6f}" for v in values) for day, values in out]
    return "\r\n".join(["DATE,OPEN,HIGH,LOW,CLOSE", *lines, ""]).encode()
