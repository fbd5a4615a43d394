"""Quarantine: why staging refuses a row."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def rejection_reasons(evaluator: MacroEvaluator, *rules: exp.Expression) -> exp.Expression:
    """The reasons that hold for a row, joined by '; ', or NULL where none does.

    Args:
        evaluator: Given by SQLMesh.
        rules: Reason and condition in turn.

    Example: `@rejection_reasons('amount is missing', amount IS NULL)`
    """
    if not rules or len(rules) % 2:
        raise SQLMeshError("@rejection_reasons takes reason, condition, reason, condition, ...")
    parts: list[exp.Expression] = [
        exp.Case().when(condition.copy(), exp.Literal.string(f"; {reason.name}")).else_("''")
        for reason, condition in zip(rules[::2], rules[1::2], strict=True)
    ]
    joined = (
        exp.Concat(expressions=parts, safe=True, coalesce=False) if len(parts) > 1 else parts[0]
    )
    found = exp.Nullif(this=joined, expression=exp.Literal.string(""))
    return exp.Substring(this=found, start=exp.Literal.number(3))


@macro()
def rejected_share_limit(
    evaluator: MacroEvaluator, checked_model: exp.Expression
) -> exp.Expression:
    """The share of a stream's rows that staging may refuse before it stops the run.

    Example: `@rejected_share_limit(staging.checked_returns)`
    """
    stream = checked_model.name.removeprefix("checked_")
    by_stream = evaluator.var("max_rejected_share_by_stream") or {}
    return exp.Literal.number(by_stream.get(stream, evaluator.var("max_rejected_share")))


@macro()
def refused_rows(evaluator: MacroEvaluator, *checked_models: exp.Expression) -> exp.Expression:
    """What staging refuses of several streams: stream, key, reasons and day of each row.

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
