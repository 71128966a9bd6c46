"""The program `macrotape`. Each command imports what it needs: `--help` and `brief` should answer at once.

Exit status: 0 done; 1 failed, nothing published, the last release stands; 2 bad usage; 3 published, but a
source was stale (of a backfill: not finished, the same command goes on).
"""

import gc
import os
import sys
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from ingest.errors import MacrotapeError, Misconfigured

FAILED, USAGE = 1, 2
# Imports and dbt's manifest make a million objects that stay: looking them through for garbage after every 700
# new ones is a third of the start-up. A process that lives for a minute needs it seldom.
OBJECTS_BETWEEN_COLLECTIONS = 100_000
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
    """Why did this ETF move?

    Lands the data, attributes every session to its drivers, publishes the answer.

    \b
    Begin with:
      macrotape run                          everything once, on a simulated market, offline
      macrotape brief IWM                    why it moved in the last session
      macrotape explain IWM --from 2026-06-01 --to 2026-06-30
      macrotape ui                           the same run as a graph, with its checks

    Settings are environment variables, listed in .env.example; MACROTAPE_HOME is where data are kept.
    """  # noqa: D301 - click's mark for lines to leave alone
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 50, 100)


def sources_option(command: Command) -> Command:
    """--sources, which is the same for every command that asks a source."""
    return click.option(
        "--sources",
        metavar="sample|live|URL",
        help="Whom to ask: the simulated market, the real sources, or a mirror of them.  [default: sample]",
    )(command)


@main.command(short_help="Fetch, land, build, check, publish; then print the brief.")
@sources_option
@click.option(
    "--fund",
    "funds",
    multiple=True,
    metavar="FUND",
    shell_complete=lambda context, parameter, begun: _funds(context, parameter, begun),
    help="Ask for this fund only, and its drivers; several may follow.",
)
@click.argument("more_funds", metavar="[FUND]...", nargs=-1)
@click.option("--since", metavar="DATE", help="First date to ask for.  [default: all history]")
@click.option("--until", metavar="DATE", help="Last date to ask for.  [default: today]")
@click.option("--profile", is_flag=True, help="Say where the time went: seconds, rows and bytes by stage.")
def run(
    sources: str | None,
    funds: tuple[str, ...],
    more_funds: tuple[str, ...],
    since: str | None,
    until: str | None,
    profile: bool,
) -> None:
    """Fetch, land, build, check and publish once; then print the brief of the last session.

    \b
    macrotape run                                         the simulated market, offline
    macrotape run --sources live                          the real sources
    macrotape run --fund TLT --fund LQD --since 2024-01-01

    Exit status: 0 published; 1 failed, the last release stands; 2 bad usage; 3 published, but a source was stale.
    """  # noqa: D301 - click's mark for lines to leave alone
    from ingest.dates import parse_day
    from orchestration.runtime.run_job import run_once

    first, last = parse_day(since, "--since"), parse_day(until, "--until")
    status = run_once(sources, funds + more_funds, first, last, is_profiled=profile)
    sys.stdout.flush()
    sys.stderr.flush()
    if status == FAILED:
        os._exit(status)  # an interrupted dbt leaves threads behind that abort the interpreter as it shuts down
    sys.exit(status)


def json_option(command: Command) -> Command:
    """--json, for whoever reads the answer with a program."""
    return click.option("--json", "is_json", is_flag=True, help="One JSON document, numbers unrounded.")(command)


def fund_argument(command: Command) -> Command:
    """FUND, completed in the shell from the registry."""
    return click.argument("fund", default="IWM", shell_complete=_funds)(command)


def _funds(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    from ingest.registry.seeds import Catalog

    return [f.fund for f in Catalog.load().funds if f.is_attributed and f.fund.startswith(begun.upper())]


def _from_to(first: str, last: str) -> tuple[date, date]:
    from ingest.dates import parse_day

    begins, ends = parse_day(first, "--from"), parse_day(last, "--to")
    if begins is None or ends is None:
        raise click.UsageError("--from and --to each want a date as YYYY-MM-DD")
    return begins, ends


@main.command(short_help="Why FUND moved in a session.")
@fund_argument
@click.option("--date", "day", metavar="DATE", help="The session, YYYY-MM-DD.  [default: the last one]")
@click.option(
    "--as-known-at",
    "moment",
    metavar="TIME|RELEASE",
    help="As it was known then, e.g. 2026-06-30T22:00:00Z; or by the run that opened a release, by its id.",
)
@json_option
def brief(fund: str, day: str | None, moment: str | None, is_json: bool) -> None:
    """Why FUND moved in a session, from the published release; or as it was known at a past moment.

    Points are percentage points of the return; the five parts add up to it. FUND is IWM unless named.

    \b
    macrotape brief TLT --date 2026-05-14
    macrotape brief --json | jq '.drivers[] | {driver, contribution_pct}'
    """  # noqa: D301 - click's mark for lines to leave alone
    from ingest.dates import parse_day, parse_moment
    from ingest.settings import Settings
    from orchestration.reporting.brief.read import read_brief, read_brief_facts
    from orchestration.reporting.brief.show import show, show_json

    session, settings = parse_day(day, "--date"), Settings.from_env()
    if moment is None:
        from orchestration.publishing.release import read_release

        database = read_release(settings.current).database
    else:
        from orchestration.publishing.point_in_time import build_marts_as_known, cutoff_of_release, prune_rebuilds
        from orchestration.publishing.release import is_release_id

        if is_release_id(moment):
            database = build_marts_as_known(settings, *cutoff_of_release(settings, moment))
        else:
            database = build_marts_as_known(settings, parse_moment(moment, "--as-known-at"))
        prune_rebuilds(settings)
    found = read_brief(database, fund, session)
    if is_json:
        show_json(read_brief_facts(database, found))
    else:
        show(found.markdown)


@main.command(short_help="Raw tables and marts anew from the archive.")
def replay() -> None:
    """Rebuild raw tables and marts from the archive alone, without the network. Publishes nothing."""
    from ingest.settings import Settings
    from orchestration.publishing.replay import replay as rebuild

    settings = Settings.from_env()
    settings.check_writable()
    done = rebuild(settings)
    raw = done.raw
    click.echo(
        f"replayed {raw.landings:,} landings: {raw.rows_landed:,} rows, {raw.without_rows} documents without rows"
    )
    if done.release_id is None:
        click.echo("there is no release to compare the marts with: macrotape run")
    elif done.differing:
        click.echo(f"marts that differ from release {done.release_id}: {', '.join(done.differing)}")
    else:
        click.echo(f"every mart equals that of release {done.release_id}")


@main.command(short_help="What works, what is late, what is blocked.")
@sources_option
def doctor(sources: str | None) -> None:
    """Ask each source one small question, and look at disk, locks, versions, archive and release.

    Exit status: 0 all is well; 1 something here is broken or a source has changed; 3 a driver's source is late or
    blocked.
    """
    from ingest.settings import Settings
    from orchestration.cli.doctor_report import UNWELL, examine

    worst = 0
    for finding in examine(Settings.from_env(sources=sources)):
        click.echo(f"{finding.state:8} {finding.what:32} {finding.detail}")
        worst = UNWELL if UNWELL in (worst, finding.weight) else max(worst, finding.weight)
    sys.exit(worst)


@main.command()
@fund_argument
@click.option("--from", "first", metavar="DATE", required=True, help="First session of the period, YYYY-MM-DD.")
@click.option("--to", "last", metavar="DATE", required=True, help="Last session of the period, YYYY-MM-DD.")
@json_option
def explain(fund: str, first: str, last: str, is_json: bool) -> None:
    """Why FUND moved over a period, from the published release.

    Daily parts are linked so that they add up to the compounded return.

    \b
    macrotape explain IWM --from 2026-06-01 --to 2026-06-30
    """  # noqa: D301 - click's mark for lines to leave alone
    from dataclasses import asdict

    from ingest.settings import Settings
    from orchestration.publishing.release import read_release
    from orchestration.reporting.brief import period
    from orchestration.reporting.brief.show import show, show_json

    begins, ends = _from_to(first, last)
    found = period.explain(read_release(Settings.from_env().current).database, fund, begins, ends)
    if is_json:
        show_json(asdict(found))
    else:
        show(period.as_markdown(found))


@main.command(short_help="Holdings files of a range of dates, politely.")
@click.argument("fund", shell_complete=_funds)
@click.option("--from", "first", metavar="DATE", required=True, help="First as-of date.")
@click.option("--to", "last", metavar="DATE", required=True, help="Last as-of date.")
@click.option("--budget", metavar="N", type=click.IntRange(min=1), help="Most files to ask for now.  [default: 500]")
@sources_option
def backfill(fund: str, first: str, last: str, budget: int | None, sources: str | None) -> None:
    """Ask for the holdings files of FUND that are not held yet: slowly, a budget at a time.

    Every tenth answer says how many are left and how long they take. What was answered is kept, so the same
    command goes on where it stopped. The next run builds the marts with them.

    \b
    macrotape backfill IWM --from 2026-04-01 --to 2026-05-08
    macrotape run
    """  # noqa: D301 - click's mark for lines to leave alone
    from ingest.pipeline.backfill import BUDGET
    from orchestration.cli.backfill_report import backfill as go

    begins, ends = _from_to(first, last)
    sys.exit(go(sources, fund, begins, ends, budget or BUDGET))


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what completes commands, options and funds in SHELL.

    \b
    bash:  macrotape completion bash >> ~/.bashrc
    zsh:   macrotape completion zsh >> ~/.zshrc
    fish:  macrotape completion fish > ~/.config/fish/completions/macrotape.fish
    """  # noqa: D301 - click's mark for lines to leave alone
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(made(main, {}, "macrotape", "_MACROTAPE_COMPLETE").source())


@main.command(short_help="Dagster's pages for this data folder.", context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def ui(options: tuple[str, ...]) -> None:
    """Dagster's pages for this data folder; OPTIONS (such as --port 3001) go to `dagster dev`."""
    from ingest.settings import PROJECT_ROOT, Settings
    from orchestration.dbt.project import export_environment
    from orchestration.runtime.dagster_instance import prepare

    settings = Settings.from_env()
    settings.check_writable()
    export_environment(settings)
    os.environ["DAGSTER_HOME"] = str(prepare(settings.dagster_home))
    os.environ["MACROTAPE_HOME"] = str(settings.home)
    os.environ["PYTHONWARNINGS"] = "ignore"  # what Dagster calls beta is no news to its reader
    # in the folder of its own dagster.yaml: Dagster warns of any other it finds
    os.chdir(os.environ["DAGSTER_HOME"])
    workspace = str(PROJECT_ROOT / "workspace.yaml")
    command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "-w", workspace, *options]
    os.execv(sys.executable, command)  # noqa: S606 - no shell, and signals reach Dagster itself
