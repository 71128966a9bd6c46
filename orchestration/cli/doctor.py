"""`macrotape doctor`: what works, what is late, what is blocked."""

import sys

import click

from ingest.exit_codes import FAILED
from orchestration.cli.options import sources_option


@click.command(short_help="What works, what is late, what is blocked.")
@sources_option
def doctor(sources: str | None) -> None:
    """Send each source one small request; check disk space, lock, versions, archive and release.

    Exit status: 0 all is well; 1 something here is broken or a source has changed; 3 a driver's source is late or
    blocked.
    """
    from ingest.settings import Settings
    from orchestration.runtime.diagnosis import diagnose

    status = 0
    for finding in diagnose(Settings.from_env(sources=sources)):
        click.echo(f"{finding.state:8} {finding.subject:36} {finding.detail}")
        # FAILED outranks ATTENTION, although its number is smaller
        status = FAILED if FAILED in (status, finding.exit_code) else max(status, finding.exit_code)
    sys.exit(status)
