"""What a dbt test says about the data, and what to do when it objects: for people who look at a check."""

import re
from collections.abc import Callable, Mapping
from typing import Any

LOOK = {
    "raw": "Look at the document in the archive (payload_sha256): the source may have changed, or parsing it.",
    "seeds": "Correct the row of the seed.",
}
HINTS = {
    "unique_grain": "A join that multiplies rows, or a source that sent a row twice.",
    "finite_numbers": "A division by zero or a logarithm of nothing: guard the expression, or make it NULL.",
    "relationships": "A value that its registry does not know: add it there, or filter it in staging.",
    "accepted_values": "A value nobody foresaw: handle it in the model, or add it to the test.",
    "covers_sessions": "A hole of the source: it is filled when the source delivers; backfill if it has by now.",
    "in_range": "A unit that changed, or a value that no market has had.",
}
FAILS = re.compile(r"^-- (Fails|Warns) .*$", re.MULTILINE)  # how a query in tests/singular begins


def check_name(test: Mapping[str, Any]) -> str:
    """How a check is called in a list of the checks of one asset: nav_usd_not_null, unique_grain.

    dbt's own names repeat the table and every argument, and are cut where a list shows them. A name given in
    YAML, and the name of a query of its own, stand.
    """
    kind = str((test.get("test_metadata") or {}).get("name") or "")
    given = str(test["name"])
    if not kind or not given.removeprefix("source_").startswith(f"{kind}_"):
        return given
    column = test.get("column_name")
    return f"{column}_{kind}" if column else kind


def check_description(test: Mapping[str, Any]) -> str | None:
    """The test in one sentence: its own description, else made of what it tests. Bounds are always named."""
    said, meta = str(test.get("description") or "").strip(), test.get("test_metadata") or {}
    if said and meta.get("name") != "in_range":
        return said
    asked, column = meta.get("kwargs", {}), test.get("column_name")
    made: dict[str, Callable[[], str]] = {
        "unique_grain": lambda: f"One row per {_list(asked['columns'])}.",
        "not_null": lambda: f"{column} is never NULL.",
        "unique": lambda: f"{column} names each row once.",
        "finite_numbers": lambda: "No number is infinite or not a number.",
        "relationships": lambda: f"Every {column} is a {asked['field']} of {_bare(asked['to'])}.",
        "accepted_values": lambda: f"{column} is one of {_list(asked['values'])}.",
        "expression_is_true": lambda: f"For every row: {asked['expression']}.",
        "in_range": lambda: f"{column} lies {_range(asked)}.",
        "covers_sessions": lambda: f"{column} has every session between its first and its last.",
    }
    try:
        return f"{made[meta.get('name', '')]()} {said}".strip()
    except KeyError:
        found = FAILS.search(str(test.get("raw_code") or ""))
        return found[0].removeprefix("-- ") if found else None


def failure_message(test: Mapping[str, Any], rows: int, layer: str, example: str = "") -> str:
    """What is wrong, for instance where, and what to do."""
    rule = check_description(test) or str(test.get("name"))
    hint = HINTS.get((test.get("test_metadata") or {}).get("name", ""), "")
    what = f"{rows:,} row{'' if rows == 1 else 's'} against the rule: {rule}"
    where = f"For instance {example}." if example else ""
    return " ".join(part for part in (what, where, hint, LOOK.get(layer, "")) if part)


def one_line(message: str | None, max_characters: int = 500) -> str:
    """A message of dbt on one line."""
    return " ".join((message or "no message").split())[:max_characters]


def _list(values: Any) -> str:
    return ", ".join(map(str, values))


def _bare(reference: str) -> str:
    return reference.replace("ref('", "").replace("')", "").strip()


def _range(asked: Mapping[str, Any]) -> str:
    low, high = asked.get("min_value", asked.get("min")), asked.get("max_value", asked.get("max"))
    if low is None:
        return f"at or below {high}"
    return f"at or above {low}" if high is None else f"from {low} to {high}"
