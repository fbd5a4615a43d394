"""Days that are being processed."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.plausibility import may_count_since


@macro()
def in_interval(
    evaluator: MacroEvaluator, day: exp.Expression, event_time: exp.Expression | None = None
) -> exp.Expression:
    """Whether a day is among those being processed; every day where a model is built whole.

    Lets one definition serve an incremental model and a FULL one, where `@start_ds` is undefined.

    Args:
        evaluator: Given by SQLMesh.
        day: The day asked for.
        event_time: Of a row of a checked model: spares reading the rows of earlier days.

    Example: `@in_interval(snapshot_date)`
    """
    start, end = evaluator.locals.get("start_ds"), evaluator.locals.get("end_ds")
    if start is None or end is None:
        return exp.true()
    within = exp.Between(
        this=day.copy(),
        low=exp.cast(exp.Literal.string(str(start)), "date"),
        high=exp.cast(exp.Literal.string(str(end)), "date"),
    )
    if event_time is None:
        return within
    may_count = may_count_since(evaluator, event_time, str(start))
    return exp.And(this=within, expression=may_count)
