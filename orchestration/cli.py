"""The program `macrotape`. Each command imports what it needs: `--help` and `brief` should answer at once.

Exit status: 0 done; 1 failed, nothing published, the last release stands; 2 bad usage; 3 published, but a
source was stale (of a backfill: not finished, the same command goes on).
"""

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ingest.errors import MacrotapeError, Misconfigured

FAILED, USAGE = 1, 2
Command = TypeVar("Command", bound=Callable[..., Any])


class OneLineErrors(click.Group):
    """A group whose errors are one line on stderr: what is wrong and what to do."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command; every error that is meant for a person ends here."""
        options["standalone_mode"] = False
        try:
            sys.exit(super().main(*args, **options) or 0)
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "macrotape"
            _fail(f"{error.format_message()} See: {path} --help", USAGE)
        except Misconfigured as error:
            _fail(str(error), USAGE)
        except MacrotapeError as error:
            _fail(str(error), FAILED)
        except (KeyboardInterrupt, click.Abort):
            _fail("interrupted; nothing was published, the last release stands", FAILED)
        except BrokenPipeError:
            # whoever read along has seen enough; leave nothing to be flushed into the closed pipe
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(FAILED)


def _fail(message: str, status: int) -> None:
    click.echo(f"macrotape: {' '.join(message.split())}", err=True)
    sys.exit(status)


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="macrotape", prog_name="macrotape")
def main() -> None:
    """Why did this ETF move? Lands the data, attributes every session to its drivers, publishes the answer."""


def sources_option(command: Command) -> Command:
    """--sources, which is the same for every command that asks a source."""
    return click.option(
        "--sources",
        metavar="sample|live|URL",
        help="Whom to ask: the simulated market, the real sources, or a mirror of them.  [default: sample]",
    )(command)


@main.command()
@sources_option
@click.option(
    "--fund",
    "funds",
    multiple=True,
    metavar="FUND",
    help="Ask for this fund only, and its drivers; several may follow.",
)
@click.argument("more_funds", metavar="[FUND]...", nargs=-1)
@click.option("--since", metavar="DATE", help="First date to ask for.  [default: all history]")
@click.option("--until", metavar="DATE", help="Last date to ask for.  [default: today]")
def run(
    sources: str | None, funds: tuple[str, ...], more_funds: tuple[str, ...], since: str | None, until: str | None
) -> None:
    """Fetch, land, build, check and publish once; then print the brief of the last session."""
    from orchestration.lib.days import parse_day
    from orchestration.lib.run_once import run_once

    status = run_once(sources, funds + more_funds, parse_day(since, "--since"), parse_day(until, "--until"))
    sys.stdout.flush()
    sys.stderr.flush()
    if status == FAILED:
        os._exit(status)  # an interrupted dbt leaves threads behind that abort the interpreter as it shuts down
    sys.exit(status)


@main.command()
@click.argument("fund", default="IWM")
@click.option("--date", "day", metavar="DATE", help="The session.  [default: the last one]")
def brief(fund: str, day: str | None) -> None:
    """The brief of a session, from the published release."""
    from ingest.settings import Settings
    from orchestration.lib.brief.read import brief_of
    from orchestration.lib.brief.show import show
    from orchestration.lib.days import parse_day
    from orchestration.lib.release import read_release

    session = parse_day(day, "--date")
    show(brief_of(read_release(Settings.from_env().current).database, fund, session).markdown)


@main.command()
@click.argument("fund", default="IWM")
@click.option("--from", "first", metavar="DATE", required=True, help="First session of the period.")
@click.option("--to", "last", metavar="DATE", required=True, help="Last session of the period.")
def explain(fund: str, first: str, last: str) -> None:
    """The linked attribution of a period, from the published release."""
    from ingest.settings import Settings
    from orchestration.lib.brief import period
    from orchestration.lib.brief.show import show
    from orchestration.lib.days import parse_day
    from orchestration.lib.release import read_release

    begins, ends = parse_day(first, "--from"), parse_day(last, "--to")
    if begins is None or ends is None:
        raise click.UsageError("--from and --to each want a date as YYYY-MM-DD")
    show(period.explain(read_release(Settings.from_env().current).database, fund, begins, ends))


@main.command()
@click.argument("fund")
@click.option("--from", "first", metavar="DATE", required=True, help="First as-of date.")
@click.option("--to", "last", metavar="DATE", required=True, help="Last as-of date.")
@click.option("--budget", metavar="N", type=click.IntRange(min=1), help="Most files to ask for now.  [default: 500]")
@sources_option
def backfill(fund: str, first: str, last: str, budget: int | None, sources: str | None) -> None:
    """Holdings files of a range of dates: politely, a budget at a time; the same command goes on."""
    from ingest.backfill import BUDGET
    from orchestration.lib.backfill import backfill as go
    from orchestration.lib.days import parse_day

    begins, ends = parse_day(first, "--from"), parse_day(last, "--to")
    if begins is None or ends is None:
        raise click.UsageError("--from and --to each want a date as YYYY-MM-DD")
    sys.exit(go(sources, fund, begins, ends, budget or BUDGET))


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def ui(options: tuple[str, ...]) -> None:
    """Dagster's pages for this data folder; OPTIONS (such as --port 3001) go to `dagster dev`."""
    from ingest.settings import PROJECT_ROOT, Settings
    from orchestration.lib.dagster_home import prepare
    from orchestration.project import export_environment

    settings = Settings.from_env()
    settings.check_writable()
    export_environment(settings)
    os.environ["DAGSTER_HOME"] = str(prepare(settings.dagster_home))
    os.environ["MACROTAPE_HOME"] = str(settings.home)
    os.chdir(PROJECT_ROOT)
    command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "-w", "workspace.yaml", *options]
    os.execv(sys.executable, command)  # noqa: S606 - no shell, and signals reach Dagster itself
