"""Funds that were removed from the registry since the last release: said once, by the run that finds them gone."""

from pathlib import Path

from orchestration.publishing.marts import open_read_only


def newly_retired(database: Path, previous: Path | None) -> list[str]:
    """One sentence for each fund that the registry of the previous release had and that of this one has not."""
    if previous is None:
        return []
    removed = sorted(_registered(previous) - _registered(database))
    return [f"{fund} was removed from funds.csv: its history is kept, nothing new is added" for fund in removed]


def _registered(database: Path) -> set[str]:
    with open_read_only(database) as con:
        columns = {name for name, *_ in con.execute("describe release.marts.dim_fund").fetchall()}
        # releases before 0.3 hold the registry alone
        condition = "where not is_retired" if "is_retired" in columns else ""
        rows = con.execute(f"select fund from release.marts.dim_fund {condition}").fetchall()  # noqa: S608 - constants
        return {fund for (fund,) in rows}
