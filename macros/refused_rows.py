"""Quarantine: what is refused, of several streams."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def refused_rows(evaluator: MacroEvaluator, *checked_models: exp.Expression) -> exp.Expression:
    """What staging refuses of several streams: stream, key, reasons, day and time of each row.

    Args:
        evaluator: Given by SQLMesh.
        checked_models: Model and key in turn; keys of several columns in parentheses.

    Example: `@refused_rows(staging.checked_orders, order_id)`
    """
    if not checked_models or len(checked_models) % 2:
        raise SQLMeshError("@refused_rows takes model, key, model, key, ...")
    pairs = zip(checked_models[::2], checked_models[1::2], strict=True)
    return exp.union(*(_refused(model, key) for model, key in pairs), distinct=False)


def _refused(model: exp.Expression, key: exp.Expression) -> exp.Select:
    stream = exp.Literal.string(model.name.removeprefix("checked_"))
    return (
        exp.select(
            exp.alias_(stream, "stream"),
            exp.alias_(_joined(key), "row_key"),
            exp.alias_(exp.column("rejection_reasons"), "reason"),
            exp.column("event_date"),
            exp.column("event_time"),
        )
        .from_(exp.to_table(model.sql(dialect="duckdb"), dialect="duckdb"))
        .where(exp.not_(exp.Is(this=exp.column("rejection_reasons"), expression=exp.null())))
    )


def _joined(key: exp.Expression) -> exp.Expression:
    parts: list[exp.Expression] = []
    for column in key.expressions or [key]:
        parts += [exp.Literal.string("|"), exp.cast(column.copy(), "text")]
    if len(parts) == 2:
        return parts[1]
    return exp.Concat(expressions=parts[1:], safe=True, coalesce=False)
