"""A column of a mart is followed to the raw columns behind it, through all models between."""

from orchestration.dbt.column_lineage import LineageCache
from orchestration.dbt.raw_origins import RawOrigins


def node(schema, name, sql=None, parents=()):
    return {"schema": schema, "name": name, "compiled_code": sql, "depends_on": {"nodes": list(parents)}}


MANIFEST = {
    "nodes": {
        "seed.rank": node("seeds", "rank"),
        "model.stg": node("staging", "stg", "select day, px * 2 as price from raw.s__bars", ["source.bars"]),
        "model.fct": node(
            "marts",
            "fct",
            "select s.day, s.price + r.weight as score, 1 as one from staging.stg as s cross join seeds.rank as r",
            ["model.stg", "seed.rank"],
        ),
    },
    "sources": {"source.bars": node("raw", "s__bars")},
}
COLUMNS = {
    "raw.s__bars": ("day", "px"),
    "seeds.rank": ("weight",),
    "staging.stg": ("day", "price"),
    "marts.fct": ("day", "score"),
}


def test_columns_are_followed_to_raw_tables_and_seeds(tmp_path):
    origins = RawOrigins(MANIFEST, COLUMNS, LineageCache(tmp_path / "cache.json"))
    assert origins.of("marts.fct", "score") == {("raw.s__bars", "px"), ("seeds.rank", "weight")}
    assert origins.text("model.fct", "score") == "**From** (at most) `raw.s__bars` (px). **Registry** `rank`."
    assert origins.text("model.fct", "day") == "**From** (at most) `raw.s__bars` (day)."
    assert origins.text("model.fct", "one") == ""
