"""`macrotape init`: copy the project's files to a folder where they can be edited."""

from pathlib import Path

import click


@click.command(short_help="Copy the project's files to a folder for editing.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Copy the dbt project, its seeds and the Dagster files to FOLDER, which must be new or empty.

    Commands run inside FOLDER use these files and keep their data in FOLDER/data.

    \b
    macrotape init my-funds
    cd my-funds
    macrotape run
    """  # noqa: D301 - click's mark for lines to leave alone
    import shutil
    import stat

    from ingest.errors import Misconfigured
    from ingest.paths import PROJECT_FILES, project_folder

    if folder.exists() and any(folder.iterdir()):
        raise Misconfigured(f"{folder} is not empty: choose a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    source = project_folder()
    for name in PROJECT_FILES:
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name, ignore=shutil.ignore_patterns("target", "logs"))
        else:
            shutil.copyfile(source / name, folder / name)
    # an installed package may be read-only, and copytree keeps its modes
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    click.echo(f"copied the project to {folder}; edit dbt_project/seeds there, then: cd {folder} && macrotape run")
