"""The program `macrotape`: the group of commands, and how errors are printed.

Each command lives in a module of its own and imports what it needs when it runs, so that `--help` and `brief`
start quickly.
"""

import gc
import os
import sys
from typing import Any

import click

from ingest.errors import MacrotapeError, Misconfigured
from ingest.exit_codes import FAILED, USAGE
from orchestration.cli import backfill, brief, completion, doctor, explain, init, replay, run, ui

# Imports and dbt's manifest create a million objects that stay. The default of one garbage collection per 700 new
# objects is a third of the start-up time; a process that lives for a minute needs few.
OBJECTS_BETWEEN_COLLECTIONS = 100_000


class OneLineErrors(click.Group):
    """A group whose errors are one line on stderr: what is wrong and what to do."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command and turn every error meant for a person into one line and an exit status."""
        options["standalone_mode"] = False
        try:
            sys.exit(super().main(*args, **options) or 0)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            sys.exit(0)
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "macrotape"
            _fail(f"{error.format_message()} See: {path} --help", USAGE)
        except Misconfigured as error:
            _fail(str(error), USAGE)
        except MacrotapeError as error:
            _fail(str(error), FAILED)
        except (KeyboardInterrupt, click.Abort):
            _fail("interrupted; nothing was published, the last release is still served", FAILED)
        except BrokenPipeError:
            # the reader closed the pipe; nothing may be flushed into it any more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(FAILED)


def _fail(message: str, status: int) -> None:
    click.echo(f"macrotape: {' '.join(message.split())}", err=True)
    sys.exit(status)


@click.group(
    cls=OneLineErrors,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="macrotape", prog_name="macrotape")
def main() -> None:
    """Why did this ETF move?

    Lands the data, attributes the return of every session to its drivers, publishes the result.

    \b
    Start with:
      macrotape run                          everything once, on a simulated market, offline
      macrotape brief IWM                    why it moved in the last session
      macrotape explain IWM --from 2026-06-01 --to 2026-06-30
      macrotape ui                           the same run as a graph, with its checks

    Settings are environment variables, listed in .env.example; MACROTAPE_HOME is the data folder.
    """  # noqa: D301 - click's mark for lines to leave alone
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 50, 100)


for _command in (
    run.run,
    brief.brief,
    explain.explain,
    backfill.backfill,
    doctor.doctor,
    replay.replay,
    ui.ui,
    init.init,
    completion.completion,
):
    main.add_command(_command)
