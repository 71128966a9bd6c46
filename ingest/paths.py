"""Where files are: those of the project (dbt project, Dagster files, lock), and those of a data folder.

The project is the first that exists of three: a project folder made by `macrotape init` (MACROTAPE_PROJECT, or the
working directory and the folders above it), the checkout this code belongs to, and the files inside the installed
package.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import Misconfigured

PROJECT_FILES = ("dbt_project", "workspace.yaml", "dagster.yaml", "requirements.lock", ".env.example")
_CODE = Path(__file__).resolve().parent.parent
_PACKAGED = _CODE / "macrotape_project"


def project_folder() -> Path:
    """The folder that holds PROJECT_FILES.

    Raises:
        Misconfigured: MACROTAPE_PROJECT names a folder that is not a project.
    """
    if chosen := os.environ.get("MACROTAPE_PROJECT", "").strip():
        if not _is_project(Path(chosen)):
            raise Misconfigured(
                f"MACROTAPE_PROJECT={chosen} has no dbt_project/dbt_project.yml and workspace.yaml: name a folder made"
                " by `macrotape init`, or unset it"
            )
        return Path(chosen).resolve()
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents, _CODE) if _is_project(folder)), _PACKAGED)


def _is_project(folder: Path) -> bool:
    return (folder / "dbt_project" / "dbt_project.yml").is_file() and (folder / "workspace.yaml").is_file()


def is_installed_package() -> bool:
    """True where the project's files are those of an installed package, which may be read-only."""
    return project_folder() == _PACKAGED


def default_data_folder() -> Path:
    """The folder `data` of the project, or of the working directory where the package is installed."""
    return (Path.cwd() if is_installed_package() else project_folder()) / "data"


@dataclass(frozen=True)
class DataFolder:
    """The files of one data folder; nothing else belongs into it."""

    home: Path

    @property
    def warehouse(self) -> Path:
        """The private DuckDB file: one writer."""
        return self.home / "warehouse.duckdb"

    @property
    def spill(self) -> Path:
        """Default folder for what does not fit into DuckDB's memory limit."""
        return self.home / "spill"

    @property
    def archive(self) -> Path:
        """Folder of every response ever received."""
        return self.home / "archive"

    @property
    def releases(self) -> Path:
        """Folder of the published releases."""
        return self.home / "releases"

    @property
    def current(self) -> Path:
        """Symbolic link to the newest release."""
        return self.home / "current"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own folder."""
        return self.home / "dagster"

    def check_writable(self) -> None:
        """Create the folder and try a file in it.

        Raises:
            Misconfigured: it cannot be created or written.
        """
        probe = self.home / ".writable"
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"")
            probe.unlink(missing_ok=True)
        except OSError as error:
            raise Misconfigured(
                f"the data folder {self.home} cannot be written ({error.strerror}): "
                "set MACROTAPE_HOME to a folder that can"
            ) from error
