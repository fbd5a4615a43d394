"""Whole calendar months between two days."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def months_between(
    evaluator: MacroEvaluator, first: exp.Expression, later: exp.Expression
) -> exp.Expression:
    """How many calendar months a day lies after another; the day of the month does not count.

    Example: `@months_between(cohort_month, order_date)` is 1 from 31 January to 1 February
    """
    years = exp.paren(exp.Sub(this=_part("YEAR", later), expression=_part("YEAR", first)))
    months = exp.Sub(this=_part("MONTH", later), expression=_part("MONTH", first))
    twelve = exp.Literal.number(12)
    return exp.paren(exp.Add(this=exp.Mul(this=years, expression=twelve), expression=months))


def _part(name: str, day: exp.Expression) -> exp.Expression:
    return exp.Extract(this=exp.var(name), expression=exp.cast(day.copy(), "date"))
