"""Days that are being processed."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def in_interval(evaluator: MacroEvaluator, day: exp.Expression) -> exp.Expression:
    """Whether a day is among those being processed; every day where a model is built whole.

    Lets one definition serve an incremental model and a FULL one, where `@start_ds` is undefined.

    Example: `@in_interval(snapshot_date)`
    """
    start, end = evaluator.locals.get("start_ds"), evaluator.locals.get("end_ds")
    if start is None or end is None:
        return exp.true()
    return exp.Between(
        this=day.copy(),
        low=exp.cast(exp.Literal.string(str(start)), "date"),
        high=exp.cast(exp.Literal.string(str(end)), "date"),
    )
