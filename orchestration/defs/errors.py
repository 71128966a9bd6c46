"""What an asset says when it fails: one sentence for the terminal and for Dagster's pages, whatever was raised."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from ingest.errors import MacrotapeError
from orchestration.runtime.disk_space import as_disk_full_error

PACKAGES = ("ingest", "orchestration")
WHAT_TO_DO = (
    "nothing was published, the last release is still served. Run again; if it fails again, report it with the log of "
    "this step: macrotape ui"
)


@contextmanager
def explained_errors(home: Path) -> Iterator[None]:
    """Turn every error of the block into a failed step with one sentence; `home` is the data folder.

    Raises:
        dagster.Failure: something was raised. Failures and requests to retry pass unchanged.
    """
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except Exception as error:
        raise dg.Failure(explanation(error, home), allow_retries=False) from error


def explanation(error: Exception, home: Path) -> str:
    """What happened, where in the code, and what to do; the text of an error made for people as it is."""
    if isinstance(error, MacrotapeError):
        return str(error)
    if full := as_disk_full_error(error, home):
        return str(full)
    text = " ".join(str(error).split()) or "without a message"
    return f"unexpected {type(error).__name__} in {_place(error)} ({text[:300]}): {WHAT_TO_DO}"


def _place(error: Exception) -> str:
    """File and line of the innermost call in this project."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if any(f"/{package}/" in Path(f.filename).as_posix() for package in PACKAGES)]
    if not own:
        return "a library"
    path = Path(own[-1].filename)
    start = max(i for i, part in enumerate(path.parts) if part in PACKAGES)
    return f"{'/'.join(path.parts[start:])} line {own[-1].lineno}"
