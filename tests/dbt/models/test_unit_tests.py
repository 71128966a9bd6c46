"""The unit tests that stand beside the models, run by dbt on a warehouse that has every relation they mock."""

import shutil

from tests.support.dbt import dbt


def test_every_unit_test_of_the_models_passes(simulated_home, tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(simulated_home / "warehouse.duckdb", warehouse)
    done = dbt(warehouse, "test", "--select", "test_type:unit")
    assert done.returncode == 0, done.stdout
    assert "ERROR=0" in done.stdout
    assert "PASS=0" not in done.stdout
