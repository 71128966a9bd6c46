"""The one resource: the options of a run, and the tools to fetch and land.

Its fields are the options of a run, in the UI's launchpad as on the command line. While a run executes, the resource
holds the lock of the data folder.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property

import dagster as dg
from pydantic import Field, PrivateAttr

from ingest.dates import parse_day
from ingest.health.latest_status import latest_source_status
from ingest.http.client import Transport
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources.base import Plan
from ingest.storage import lake
from ingest.storage.archive import Archive
from orchestration.dbt.project import export_environment
from orchestration.runtime.disk_space import check_free_disk
from orchestration.runtime.run_lock import acquire

POOL = "duckdb_write"  # every asset that writes the warehouse is in this pool, which runs one step at a time


class IngestResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Options of a run, and the settings, transport and archive its assets share."""

    since: str = Field(default="", description="First observation date to fetch, YYYY-MM-DD; empty: all history.")
    until: str = Field(default="", description="Last observation date to fetch, YYYY-MM-DD; empty: today.")
    funds: list[str] = Field(default=[], description="Funds to fetch; empty: every fund of funds.csv.")
    wait_seconds: float = Field(default=900, description="How long to wait for another run in the same data folder.")

    _settings: Settings = PrivateAttr()
    _checks: list[SourceCheck] = PrivateAttr(default_factory=list)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> "Iterator[IngestResource]":
        """Check the options, then lock the data folder for the whole run.

        What the run landed is in the lake when it ends, also after a failure.

        Raises:
            Misconfigured: an option or the environment is invalid, or the data folder cannot be written.
            DiskFullError: the disk is too full for a run.
            HomeBusyError: another run did not end within `wait_seconds`.
        """
        self._settings = Settings.from_env()
        self._settings.folder.check_writable()
        check_free_disk(self._settings)
        export_environment(self._settings)
        self.plan()
        with acquire(self._settings.home, context.run.run_id if context.run else "", self.wait_seconds) as abandoned:
            if abandoned and context.instance:
                _mark_run_failed(context.instance, abandoned)
            lake.append_new_landings(self._settings)
            try:
                yield self
            finally:
                lake.append_new_landings(self._settings)

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self._settings

    @cached_property
    def catalog(self) -> Catalog:
        """Funds and series of the seeds."""
        return Catalog.load()

    @cached_property
    def transport(self) -> Transport:
        """One HTTP session for the whole run, so that its rate limit per host holds across assets."""
        return Transport(self.settings, self.catalog)

    @cached_property
    def archive(self) -> Archive:
        """The archive of the data folder."""
        return Archive(self.settings.folder.archive)

    def add_checks(self, checks: Sequence[SourceCheck]) -> None:
        """Remember the checks of the sources that an asset fetched."""
        self._checks.extend(checks)

    def latest_checks(self) -> Sequence[SourceCheck]:
        """The checks of this run; those of the last run if this one fetched nothing."""
        return self._checks or latest_source_status(self.settings)

    def plan(self, holdings_dates: Sequence[date] | None = None) -> Plan:
        """What to fetch.

        Raises:
            Misconfigured: a date cannot be parsed, `since` is after `until`, or a fund is unknown.
        """
        since, until = parse_day(self.since, "since"), parse_day(self.until, "until")
        return Plan.of(
            self._settings, Catalog.load(), funds=self.funds, since=since, until=until, holdings_dates=holdings_dates
        )


def _mark_run_failed(instance: dg.DagsterInstance, run_id: str) -> None:
    """Mark a run as failed whose process died, and free the pool slot it would occupy forever."""
    instance.event_log_storage.free_concurrency_slots_for_run(run_id)
    run = instance.get_run_by_id(run_id)
    if run and not run.is_finished:
        instance.report_run_failed(run, "The process of this run ended before the run did.")
