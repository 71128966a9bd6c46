"""What sqlfluff reads in place of the dbt project's macros: it lints the models as they are written, not generated SQL.

Every public name is a name in the templates. A macro of an expression gives an expression of its arguments, a macro of
a query gives any query, and what models are generated from has a few rows.
"""

from pathlib import Path
from types import SimpleNamespace

import yaml

_DBT_PROJECT = Path(__file__).resolve().parents[3] / "dbt_project" / "dbt_project.yml"
_VARS = yaml.safe_load(_DBT_PROJECT.read_text(encoding="utf-8"))["vars"]
_COLUMNS = [
    {"column_name": "oil", "component": "oil", "branch": "all"},
    {"column_name": "d10_news", "component": "d10", "branch": "news"},
]
_BLOCKS = [{"name": "oil", "columns": ["oil"]}, {"name": "rates", "columns": ["d10_news"]}]


def _expression(*expressions):
    return f"concat({', '.join(str(expression) for expression in expressions)})"


def _query(*_, **__):
    return "select 1 as generated"


def var(name, default=None):
    """The value in dbt_project.yml."""
    return _VARS.get(name, default)


dbt = SimpleNamespace(
    datediff=lambda first, second, part: f"datediff('{part}', {first}, {second})", type_string=lambda: "string"
)


# what models are generated from: macros/project and macros/regression
def registry(seed, columns, order_by):
    return [dict.fromkeys(columns, "oil"), dict.fromkeys(columns, "rates")]


def model_components():
    return ["oil", "d10"]


def model_columns():
    return _COLUMNS


def model_regressions():
    return [{"models": ["news"], "blocks": _BLOCKS}]


def scenario_regressions():
    scenarios = [{"name": "oil_up_10pct", "shocks": {"oil": 10, "d10_news": 0}}]
    return [{"view": "all_else_equal", "columns": ["oil", "d10_news"], "scenarios": scenarios}]


# macros of queries: macros/regression and macros/confirmation
ols_from_moments = influence_scores = rolling_moments = witness_votes = trailing_prediction = _query


# macros of expressions
def rounded_to_total(part, rounded_total, group_by, position):
    return _expression(part, rounded_total, *group_by, position)


def newey_west_se(score, n_obs, n_columns, lags):
    return f"sum({score})"


def branch_value(component, branch):
    return component


def covariance_name(a, b):
    return f"cov_{a}__{b}"


def _share_of_orders(size, n):
    return size / n


def exact_sum(expression, scale=15, over=""):
    return f"sum({expression}) {over}".strip()


def rounded(expression, decimals):
    return f"round({expression}, {decimals})"


def number_text(expression, decimals=2, signed=False):
    return f"cast({expression} as string)"


def joined_text(expression, separator, order_by):
    return f"string_agg({expression}, '{separator}')"


def joined_distinct(expression, separator):
    return f"string_agg(distinct {expression}, '{separator}')"


def without_pattern(expression, pattern):
    return f"replace({expression}, '{pattern}', '')"


def source_text(source_series):
    return f"lower({source_series})"


def witness_move_text(move, is_yield, level):
    return _expression(move, is_yield, level)


def json_object(fields):
    return _expression(*fields.values())


def json_array(expression, order_by):
    return f"string_agg({expression}, ', ')"


def json_document(parts):
    return _expression(*parts.values())


def rendered_text(kind, facts):
    return facts


def rendered_before(column):
    return "last_build"


def template_hash():
    return "''"


def facts_hash(facts):
    return f"hash({facts})"


def carino_k(return_pct):
    return f"abs({return_pct})"


def log_return(return_pct):
    return f"ln({return_pct})"


def whole_share_ratio(jump):
    return f"round({jump})"


def best_of_both(preference, id_before="id_before", id_after="id_after", relation=None):
    return f"row_number() over (partition by {id_before}, {id_after} order by {preference}) = 1"


def unlinked(links, name, source=None):
    ctes = (f"{side}_{name} as (select * from lines_{side})," for side in ("before", "after"))
    return "\n".join(ctes)


def carino_active_k(own_pct, benchmark_pct):
    return f"({own_pct} + {benchmark_pct})"


def brinson_allocation(fund_weight, benchmark_weight, benchmark_sector_return, benchmark_return):
    return f"{fund_weight} * {benchmark_weight} * {benchmark_sector_return} * {benchmark_return}"


def brinson_selection(
    fund_contribution, benchmark_contribution, fund_weight, benchmark_weight, benchmark_sector_return
):
    return _expression(
        fund_contribution, benchmark_contribution, fund_weight, benchmark_weight, benchmark_sector_return
    )


def current_version(grain):
    return "true"


def current_document(document):
    return "true"


def last_processed_landing_id():
    return 0


def holdings_code_hash():
    return 0
