"""Days of the week that mean the same on every engine."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def iso_weekday(evaluator: MacroEvaluator, day: exp.Expression) -> exp.Expression:
    """The ISO day of the week: 1 Monday .. 7 Sunday.

    Example: `@iso_weekday(order_date)`
    """
    date = exp.cast(day.copy(), "date")
    truncated = exp.DateTrunc(this=date.copy(), unit=exp.Literal.string("WEEK"))
    monday = exp.cast(truncated, "date")
    return exp.paren(exp.DateDiff(this=date, expression=monday, unit=exp.var("DAY")) + 1)
