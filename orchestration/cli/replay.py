"""`macrotape replay`: rebuild raw tables and marts from the archive."""

import click


@click.command(short_help="Rebuild raw tables and marts from the archive.")
def replay() -> None:
    """Rebuild raw tables and marts from the archive alone, without the network. Publishes nothing."""
    from ingest.settings import Settings
    from orchestration.publishing.replay import replay as rebuild

    settings = Settings.from_env()
    settings.folder.check_writable()
    done = rebuild(settings)
    raw = done.raw
    click.echo(
        f"replayed {raw.landings:,} landings: {raw.rows_landed:,} rows, {raw.without_rows} documents without rows"
    )
    if done.release_id is None:
        click.echo("there is no release to compare the marts with; publish one with: macrotape run")
    elif done.differing:
        click.echo(f"marts that differ from release {done.release_id}: {', '.join(done.differing)}")
    else:
        click.echo(f"every mart equals that of release {done.release_id}")
