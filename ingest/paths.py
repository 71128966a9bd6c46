"""Where the files of the project are: the dbt project, the Dagster files, the lock.

Three places, the first that exists: a project folder made by `macrotape init` (the working directory, or
MACROTAPE_PROJECT), the checkout this code belongs to, and the files inside the installed package.
"""

import os
from pathlib import Path

PROJECT_FILES = ("dbt_project", "workspace.yaml", "dagster.yaml", "requirements.lock", ".env.example")
_CODE = Path(__file__).resolve().parent.parent
_PACKAGED = _CODE / "macrotape_project"


def project_folder() -> Path:
    """The folder that holds PROJECT_FILES."""
    chosen = os.environ.get("MACROTAPE_PROJECT", "").strip()
    for folder in (Path(chosen) if chosen else Path.cwd(), _CODE):
        if (folder / "dbt_project" / "dbt_project.yml").is_file() and (folder / "workspace.yaml").is_file():
            return folder.resolve()
    return _PACKAGED


def is_installed_package() -> bool:
    """True where the project's files are those of an installed package, which may be read-only."""
    return project_folder() == _PACKAGED


def default_data_folder() -> Path:
    """The folder `data` of the project, or of the working directory where the package is installed."""
    return (Path.cwd() if is_installed_package() else project_folder()) / "data"
