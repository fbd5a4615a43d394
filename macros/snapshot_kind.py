"""The kind of a model that is kept as daily snapshots, or only as of now."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.dialect import ModelKind
from sqlmesh.core.macros import MacroEvaluator


@macro()
def snapshot_kind(
    evaluator: MacroEvaluator, is_history: exp.Boolean, day: exp.Expression | None = None
) -> exp.Expression:
    """FULL for the state of now; incremental by day for its history.

    Args:
        evaluator: Given by SQLMesh.
        is_history: Which of the two.
        day: The time column of the history, `snapshot_date` where not said.

    Example: `kind @snapshot_kind(@is_history)`
    """
    if not is_history.this:
        full: exp.Expression = ModelKind(this="FULL")
        return full
    day_format = exp.Literal.string("%Y-%m-%d")
    time_column = exp.Tuple(expressions=[day or exp.column("snapshot_date"), day_format])
    properties = [
        exp.Property(this="time_column", value=time_column),
        exp.Property(this="lookback", value=exp.Literal.number(evaluator.var("lookback_days"))),
    ]
    daily: exp.Expression = ModelKind(this="INCREMENTAL_BY_TIME_RANGE", expressions=properties)
    return daily
