"""What the statuses of dbt's node results mean, and what is kept of a result."""

from collections.abc import Iterable
from typing import Any

BUILT = frozenset({"success", "no-op"})
FAILED = frozenset({"error", "fail", "runtime error"})
REUSABLE = BUILT | {"pass"}  # a test that warned runs again in the next build
SKIPPED = "skipped"


def is_built(result: Any) -> bool:
    """True if a model or seed was built."""
    return str(result.status) in BUILT


def is_failed(result: Any) -> bool:
    """True if a node could not be built or a test failed."""
    return str(getattr(result, "status", "")) in FAILED


def is_skipped(result: Any) -> bool:
    """True if dbt did not run a node because one upstream of it failed."""
    return str(result.status) == SKIPPED


def compiled_sql(result: Any) -> str:
    """The SQL a node ran; empty for a seed."""
    return getattr(result.node, "compiled_code", None) or ""


def reusable_nodes(results: Iterable[Any]) -> dict[str, str]:
    """Compiled SQL by unique id of the nodes that were built or passed, which a later build may reuse."""
    return {r.node.unique_id: compiled_sql(r) for r in results if str(r.status) in REUSABLE}
