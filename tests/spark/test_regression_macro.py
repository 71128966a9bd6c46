"""The shared regression by its one name, on Spark and on DuckDB: the same rows and, to 1e-9, the same numbers."""

import json

import duckdb
import numpy as np
import pandas as pd

from tests.support import macro
from tests.support.layers import needs_java, opt_in

pytestmark = [opt_in("MACROTAPE_TEST_SPARK", "make test-spark"), needs_java]
COLUMNS, TIMES = ["oil", "level"], 120
BLOCKS = json.dumps([{"name": name, "columns": [name]} for name in COLUMNS])
CALL = (
    f"{{{{ rolling_ols_shared('returns', 'drivers', 'entity', 'time', 'y', {BLOCKS}, 'eligible', "
    "window=60, min_obs=40, with_condition_number=false) }}"
)


def test_spark_gives_what_duckdb_gives(tmp_path):
    from pyspark.sql import SparkSession

    rng = np.random.default_rng(5)
    drivers = pd.DataFrame(rng.normal(size=(TIMES, 2)), columns=COLUMNS).assign(time=range(TIMES), eligible=True)
    drivers.loc[[0, 77], "eligible"] = False
    parts = [
        pd.DataFrame({"entity": entity, "time": drivers.time, "y": drivers[COLUMNS] @ betas + rng.normal(size=TIMES)})
        for entity, betas in {"a": [1.0, -2.0], "b": [0.0, 0.5]}.items()
    ]
    returns = pd.concat(parts)[lambda rows: ~((rows.entity == "b") & (rows.time == 50))]
    ours = macro.run(CALL, tmp_path, returns=returns, drivers=drivers)
    with duckdb.connect() as con:
        for name, frame in {"returns": returns, "drivers": drivers}.items():
            con.register(f"{name}_frame", frame)
            con.execute(f"copy (from {name}_frame) to '{tmp_path}/{name}.parquet'")
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    for name in ("returns", "drivers"):
        session.read.parquet(f"{tmp_path}/{name}.parquet").createOrReplaceTempView(name)
    theirs = pd.DataFrame([row.asDict() for row in session.sql(macro.render(CALL, str(tmp_path), "spark")).collect()])
    session.stop()
    keys = ["entity", "time"]
    left, right = (frame.sort_values(keys).reset_index(drop=True) for frame in (ours, theirs[ours.columns]))
    assert len(left) > 100
    pd.testing.assert_frame_equal(left, right, check_dtype=False, rtol=1e-9, atol=1e-12)
