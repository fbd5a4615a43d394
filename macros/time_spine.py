"""Rows for every day, week, month, quarter or year of a range."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError

GRAINS = ("day", "week", "month", "quarter", "year")


@macro()
def time_spine(
    evaluator: MacroEvaluator,
    first: exp.Expression,
    last: exp.Expression,
    grain: exp.Expression,
) -> exp.Expression:
    """The first day of every period from the one of `first` to the one of `last`, unnested.

    Args:
        evaluator: Given by SQLMesh.
        first: A date in the first period.
        last: A date in the last period.
        grain: day, week (ISO, from Monday), month, quarter or year.

    Example: `SELECT @time_spine(first_day, last_day, 'month') AS month_start FROM bounds`
    """
    unit = grain.name.lower()
    if unit not in GRAINS:
        raise SQLMeshError(f"@time_spine knows no grain '{unit}'; use one of {', '.join(GRAINS)}")
    starts = [_period_start(day, unit) for day in (first, last)]
    count, step = (3, "MONTH") if unit == "quarter" else (1, unit.upper())
    interval = exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(step))
    series = exp.GenerateSeries(start=starts[0], end=starts[1], step=interval)
    return exp.Explode(this=series)


def _period_start(day: exp.Expression, unit: str) -> exp.Expression:
    date = exp.cast(day.copy(), "date")
    return exp.cast(exp.DateTrunc(this=date, unit=exp.Literal.string(unit)), "date")
