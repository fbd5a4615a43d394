"""Days that are not over."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.plausibility import may_count_since


@macro()
def since_execution(
    evaluator: MacroEvaluator, day: exp.Expression, event_time: exp.Expression
) -> exp.Expression:
    """Whether a day is the one of execution or a later one.

    Args:
        evaluator: Given by SQLMesh.
        day: The day a row counts for.
        event_time: Of a row of a checked model: spares reading the rows of earlier days.

    Example: `@since_execution(event_date, event_time)`
    """
    today = str(evaluator.locals["execution_ds"])
    first = exp.cast(exp.Literal.string(today), "date")
    not_over = exp.GTE(this=day.copy(), expression=first)
    may_count = may_count_since(evaluator, event_time, today)
    return exp.And(this=not_over, expression=may_count)
