"""Change against a value before."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def percent_change(evaluator: MacroEvaluator, value: exp.Expression, before: exp.Expression) -> str:
    """How much a value is above the one before, as a share of that: 0.1 where 100 became 110.

    More than before is positive even where what was before is negative. NULL where that is zero or
    unknown: a change from nothing is no percentage.

    Example: `@percent_change(net_revenue_amount, prior_revenue_amount)`
    """
    now, then = (f"({part.sql('duckdb')})::DOUBLE" for part in (value, before))
    return f"(({now} - {then}) / NULLIF(ABS({then}), 0))"
