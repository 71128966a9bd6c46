"""Two builds of the marts, cell by cell: DuckDB's in its warehouse, Spark's as Parquet files."""

from pathlib import Path

import duckdb

from orchestration.dbt.brief_text.functions import add_text_functions
from orchestration.publishing.spark_export import TEXT_FUNCTIONS

RELATIVE = 1e-9
# Points, percent and basis points are printed to 1e-3 at most: below this a number is the rounding of a difference that
# is nought, and two engines add its terms up in different orders.
ABSOLUTE = 1e-10
# A standard error is a root. Where it is nought it is the root of what rounding leaves of a difference, 1e-8 on one
# engine and 0 on the other, so that variances are compared. Two cases: the broad market is one of the drivers, and its
# own regression leaves nothing over; the error of a period is made of running sums, and a driver may not move in it.
VARIANCE = 1e-12
ROOTS = {
    ("fct_attribution_period", "contribution_se_lower_bound_pct"),
    ("fct_driver_attribution_daily", "contribution_se_pct"),
    ("fct_driver_beta_daily", "beta_se"),
    ("fct_driver_component_daily", "beta_se"),
}
# For the broad market alone: bounds that such an error makes are its betas to six places.
EXACT = "ours.fund = 'IVV'"
BOUNDS = {("fct_driver_beta_daily", "beta_lower"), ("fct_driver_beta_daily", "beta_upper")}
# A contribution over such an error, NULL where it is 0, and the order of contributions of 1e-17 say nothing: left out.
OF_NOTHING = {
    ("fct_attribution_summary_daily", "specific_z"),
    ("fct_driver_attribution_daily", "t_stat"),
    ("fct_driver_attribution_daily", "rank"),
}


def differences(warehouse: Path, files: str, grains: dict[str, list[str]]) -> list[str]:
    """What differs, a line a mart and column, with the largest difference and where it is; empty when nothing does.

    Args:
        warehouse: DuckDB's file.
        files: the Parquet files of a mart, with {mart} for its name.
        grains: the columns that identify a row, by mart.
    """
    found = []
    with duckdb.connect(str(warehouse), read_only=True) as con:
        add_text_functions(con)
        for mart, grain in sorted(grains.items()):
            con.execute(f"create or replace temp view ours as from marts.{mart}")
            theirs = files.format(mart=mart)
            con.execute(f"create or replace temp view theirs as {_with_texts(mart)} from read_parquet('{theirs}')")
            found += [f"{mart}: {line}" for line in _of_one(con, mart, grain)]
    return found


def _with_texts(mart: str) -> str:
    """What Spark's own tables hold as facts becomes text; a release holds text already."""
    rendered = [
        f"case when {column} like '{{%' then {function}({column}) else {column} end as {column}"
        for (name, column), function in TEXT_FUNCTIONS.items()
        if name == mart
    ]
    return f"select * replace ({', '.join(rendered)})" if rendered else "select *"


def _of_one(con: duckdb.DuckDBPyConnection, mart: str, grain: list[str]) -> list[str]:
    ours, theirs = (dict(r[:2] for r in con.execute(f"describe {side}").fetchall()) for side in ("ours", "theirs"))
    if ours != theirs:
        return [f"columns are {ours} and {theirs}"]
    keys = ", ".join(grain)
    lonely = con.execute(
        f"(select 'DuckDB', {keys} from ours anti join theirs using ({keys}))"
        f" union all (select 'Spark', {keys} from theirs anti join ours using ({keys}))"
    ).fetchall()
    if lonely:
        return [f"{len(lonely)} rows are only on one side, such as {lonely[0]}"]
    lines = [_of_column(con, keys, mart, column, kind) for column, kind in ours.items() if column not in grain]
    return [line for line in lines if line]


def _of_column(con: duckdb.DuckDBPyConnection, keys: str, mart: str, column: str, kind: str) -> str | None:
    ours, theirs = f"ours.{column}", f"theirs.{column}"
    gap = f"abs({ours} - {theirs})" if kind == "DOUBLE" else "0"
    allowed = f"greatest({RELATIVE} * greatest(abs({ours}), abs({theirs})), {ABSOLUTE})"
    if (mart, column) in ROOTS:
        allowed = f"greatest({allowed}, {VARIANCE} / nullif({ours} + {theirs}, 0))"
    if (mart, column) in BOUNDS:
        allowed = f"case when {EXACT} then 1e-6 else {allowed} end"
    differs = f"{gap} > {allowed}" if kind == "DOUBLE" else f"{ours} <> {theirs}"
    meaning = f"not {EXACT}" if (mart, column) in OF_NOTHING else "true"
    n, worst, first = con.execute(
        f"select count(*), max({gap}), max_by(({keys}, {ours}, {theirs}), {gap}) from ours join theirs using ({keys})"
        f" where {meaning} and (({ours} is null) <> ({theirs} is null) or {differs})"
    ).fetchone()
    return f"{column}: {n} differ, by {worst} at most: {first}" if n else None
