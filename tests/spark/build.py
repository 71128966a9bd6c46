"""Build the project on Spark and write its marts as Parquet: `python -m tests.spark.build <target> <folder>`.

A program, because a JVM ends with its process and an embedded Derby serves one.
"""

import sys
from pathlib import Path

from dbt.adapters.factory import get_adapter_by_type
from dbt.cli.main import dbtRunner

from tests.support.macro import DBT_PROJECT


def main(target: str, folder: Path) -> int:
    folders = {
        "--project-dir": DBT_PROJECT,
        "--profiles-dir": DBT_PROJECT,
        "--target-path": folder,
        "--log-path": folder,
    }
    options = [str(word) for option in folders.items() for word in option]
    built = dbtRunner().invoke(["build", "--target", target, "--no-use-colors", *options])
    if not built.success:
        return 1
    adapter = get_adapter_by_type("spark")
    marts = [r.node.name for r in built.result if r.node.resource_type == "model" and r.node.schema == "marts"]
    with adapter.connection_named("compared"):
        for mart in marts:
            adapter.execute(
                f"insert overwrite directory '{folder}/marts/{mart}' using parquet select * from marts.{mart}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
