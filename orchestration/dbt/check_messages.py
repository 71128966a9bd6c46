"""The name and the texts of a data test as people see them in Dagster, read from the dbt project.

A generic test in dbt_project/tests/generic has a `rule` and a `hint` in its meta; a query in tests/singular has its
description and hint in the YAML beside it; a source and a seed have a hint of their own in dbt_project.yml. A test in
a model's YAML may replace any of them.
"""

from collections.abc import Mapping
from typing import Any


def check_name(test: Mapping[str, Any]) -> str:
    """A short name that is unique within one asset: nav_usd_not_null, unique_combination_of_columns.

    dbt's own names repeat the table and every argument, and are cut off in a list. A name given in YAML, and the name
    of a query in tests/singular, is used as it is.
    """
    kind = str((test.get("test_metadata") or {}).get("name") or "")
    given = str(test["name"])
    if not kind or not given.removeprefix("source_").startswith(f"{kind}_"):
        return given
    column = test.get("column_name")
    return f"{column}_{kind}" if column else kind


def check_description(test: Mapping[str, Any]) -> str | None:
    """The rule of a generic test with its arguments, then the description given in YAML; None without either."""
    arguments = (test.get("test_metadata") or {}).get("kwargs", {})
    texts = {name: _text(value) for name, value in arguments.items()}
    texts |= {"column_name": str(test.get("column_name")), "range": _range(arguments)}
    rule = _meta(test, "rule").format(**texts)
    return " ".join(text for text in (rule, str(test.get("description") or "").strip()) if text) or None


def failure_message(test: Mapping[str, Any], rows: int, tested: Mapping[str, Any] | None, example: str = "") -> str:
    """How many rows violate which rule, one of them as an example, and what to do.

    Args:
        test: the node of the test.
        rows: number of rows it returned.
        tested: the node it is a check of, which may have a hint as well.
        example: one of the rows, as text.
    """
    rule = check_description(test) or str(test.get("name"))
    violation = f"{rows:,} row{' violates' if rows == 1 else 's violate'}: {rule}"
    example = f"For example {example}." if example else ""
    hints = dict.fromkeys((_meta(test, "hint"), _meta(tested or {}, "hint")))
    return " ".join(text for text in (violation, example, *hints) if text)


def one_line(message: str | None, max_characters: int = 500) -> str:
    """A message of dbt on one line."""
    return " ".join((message or "no message").split())[:max_characters]


def _meta(node: Mapping[str, Any], name: str) -> str:
    return str(node.get("config", {}).get("meta", {}).get(name) or "").strip()


def _text(value: Any) -> str:
    """An argument as text: a list with commas, the table of a ref."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).removeprefix("ref('").removesuffix("')")


def _range(arguments: Mapping[str, Any]) -> str:
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if low is not None and high is not None:
        return f"between {low} and {high}"
    return f"at most {high}" if low is None else f"at least {low}"
