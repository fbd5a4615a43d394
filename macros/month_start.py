"""Months."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def month_start(evaluator: MacroEvaluator, day: exp.Expression) -> exp.Expression:
    """The first day of the month.

    Example: `@month_start(order_date)`
    """
    date = exp.cast(day.copy(), "date")
    return exp.cast(exp.DateTrunc(this=date, unit=exp.Literal.string("MONTH")), "date")
