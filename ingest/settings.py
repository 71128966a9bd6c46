"""Settings: which sources are used, what time it is and where the data are. The only reader of the environment.

Everything else receives a `Settings`. Nothing here imports pandas or touches the network, so that
`macrotape --help` and the Dagster code location stay quick.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from ingest.dates import parse_moment
from ingest.errors import Misconfigured
from ingest.paths import DataFolder, default_data_folder
from ingest.storage_path import StoragePath, storage_path

NEW_YORK = ZoneInfo("America/New_York")

# The simulated market is over: its clock stands on the morning after its last session.
SAMPLE_FIRST_SESSION = date(2023, 7, 3)
SAMPLE_NOW = datetime(2026, 7, 1, 13, 0, tzinfo=UTC)
# Both the high-yield fund (April 2007) and every driver exist from here on.
DEFAULT_SINCE = date(2007, 1, 1)

# Enough for the largest build seen, and little enough for a small machine; DuckDB spills what is more.
DEFAULT_MEMORY_LIMIT = "4GB"
MEMORY_LIMIT = re.compile(r"\d+(\.\d+)? ?[KMGT]i?B")

# Who may build the marts: targets of the dbt profile.
ENGINES = ("duckdb", "spark", "connect")

DEFAULT_USER_AGENT = f"macrotape/{version('macrotape')} (daily ETF attribution; python-requests)"


@dataclass(frozen=True)
class Settings:
    """One run's settings; keys never show in its repr."""

    home: Path
    sources: str = "sample"
    pretend_now: datetime | None = None
    user_agent: str = DEFAULT_USER_AGENT
    memory_limit: str = DEFAULT_MEMORY_LIMIT
    spill_folder: Path | None = None
    lake: StoragePath | None = None
    engine: str = "duckdb"
    fred_api_key: str | None = field(default=None, repr=False)
    eia_api_key: str | None = field(default=None, repr=False)

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] = os.environ, *, sources: str | None = None, home: Path | None = None
    ) -> "Settings":
        """Read the MACROTAPE_* variables; arguments win over them.

        Raises:
            Misconfigured: a variable holds something that cannot be meant.
        """
        chosen_sources = _sources(sources or environ.get("MACROTAPE_SOURCES", "").strip() or "sample")
        chosen = home or environ.get("MACROTAPE_HOME", "").strip()
        spill = environ.get("MACROTAPE_SPILL", "").strip()
        now = environ.get("MACROTAPE_NOW", "").strip()
        default = default_data_folder() / ("sample" if chosen_sources == "sample" else "live")
        lake = storage_path(environ.get("MACROTAPE_LAKE", "").strip())
        return cls(
            home=Path(chosen).expanduser().absolute() if chosen else default,
            sources=chosen_sources,
            pretend_now=parse_moment(now, "MACROTAPE_NOW") if now else None,
            user_agent=_header(environ.get("MACROTAPE_USER_AGENT", "").strip()) or DEFAULT_USER_AGENT,
            memory_limit=_memory(environ.get("MACROTAPE_MEMORY_LIMIT", "").strip()) or DEFAULT_MEMORY_LIMIT,
            spill_folder=Path(spill).expanduser().absolute() if spill else None,
            lake=lake,
            engine=_engine(environ.get("DBT_TARGET", "").strip() or "duckdb", lake),
            fred_api_key=environ.get("FRED_API_KEY", "").strip() or None,
            eia_api_key=environ.get("EIA_API_KEY", "").strip() or None,
        )

    @property
    def api_keys(self) -> dict[str, str]:
        """Keys by publisher, those that are set."""
        keys = {"fred": self.fred_api_key, "eia": self.eia_api_key}
        return {publisher: key for publisher, key in keys.items() if key}

    @property
    def sources_mode(self) -> str:
        """SIMULATED, live or mirror: what every brief and release says about its observations."""
        return {"sample": "SIMULATED", "live": "live"}.get(self.sources, "mirror")

    @property
    def is_simulated(self) -> bool:
        """True on the simulated market."""
        return self.sources == "sample"

    @property
    def is_on_spark(self) -> bool:
        """True where Spark builds the marts, from the lake, and not DuckDB in the warehouse."""
        return self.engine != "duckdb"

    def of_kind(self, *, is_simulated: bool) -> "Settings":
        """The same settings with sources of the given kind."""
        return (
            self if is_simulated == self.is_simulated else replace(self, sources="sample" if is_simulated else "live")
        )

    @property
    def folder(self) -> DataFolder:
        """The data folder, and where its files are."""
        return DataFolder(self.home)

    @property
    def spill(self) -> Path:
        """Where DuckDB puts what does not fit into its memory limit; created when that happens."""
        return self.spill_folder or self.folder.spill

    @property
    def clock_is_known(self) -> bool:
        """False only for a mirror without MACROTAPE_NOW: it keeps its own time, so nothing can be called late."""
        return self.sources_mode != "mirror" or self.pretend_now is not None

    def now(self) -> datetime:
        """The moment this run takes place, UTC: pretended, else the simulated market's, else the real one."""
        if self.pretend_now is not None:
            return self.pretend_now
        return SAMPLE_NOW if self.is_simulated else datetime.now(UTC)

    def today(self) -> date:
        """Calendar date in New York at `now()`."""
        return self.now().astimezone(NEW_YORK).date()


def _sources(text: str) -> str:
    if text in ("sample", "live"):
        return text
    parts = urlsplit(text)
    if parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment:
        return text.rstrip("/")
    raise Misconfigured(
        f"MACROTAPE_SOURCES is {text!r}: expected sample, live or the base URL of a mirror (http://...)"
    )


def _memory(text: str) -> str:
    if text and not MEMORY_LIMIT.fullmatch(text):
        raise Misconfigured(f"MACROTAPE_MEMORY_LIMIT is {text!r}: expected a size such as 4GB or 800MB")
    return text


def _engine(text: str, lake: StoragePath | None) -> str:
    if text not in ENGINES:
        raise Misconfigured(f"DBT_TARGET is {text!r}: expected one of {', '.join(ENGINES)}")
    if text != "duckdb" and lake is None:
        raise Misconfigured(f"DBT_TARGET is {text}, which builds from the lake: set MACROTAPE_LAKE to its place")
    return text


def _header(text: str) -> str:
    if not text.isprintable() or not text.isascii():
        raise Misconfigured("MACROTAPE_USER_AGENT must be one line of plain ASCII")
    return text
