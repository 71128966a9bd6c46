"""SQL fragments that more than one module needs."""

from pathlib import Path


def text_literal(value: str | Path) -> str:
    """A text or path as a quoted SQL literal, for statements that take no parameters (attach, copy, set)."""
    return "'" + str(value).replace("'", "''") + "'"


def newest_version(*grain: str) -> str:
    """The clause that keeps the newest version of each row of a raw table; `grain` names its key columns."""
    keys = ", ".join(grain)
    return f"qualify row_number() over (partition by {keys} order by knowledge_ts desc, landing_id desc) = 1"
