"""What pydantic found wrong with a record, in one short sentence."""

from pydantic import ValidationError


def first_problem(error: ValidationError) -> str:
    """The column, its value and what was expected, e.g. "column is_attributed is 'yes': expected true or false"."""
    problem = error.errors(include_url=False)[0]
    reason = str(problem["ctx"]["error"]) if problem["type"] == "value_error" else problem["msg"]
    reason = reason[:1].lower() + reason[1:]
    column = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return f"column {column} is missing"
    if not column:
        return reason
    return f"column {column} is {problem['input']!r:.80}: {reason}"
