"""The days a model processes."""

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


@macro()
def forget_before(
    evaluator: MacroEvaluator,
    column: exp.Expression,
    first_kept: exp.Expression,
    applies: exp.Boolean | None = None,
) -> exp.Expression | None:
    """A statement that deletes a model's rows before a day, as it is evaluated.

    Keeps an incremental table with a moving window equal to one built from scratch. Where a
    blueprint also makes a FULL model, `applies` says which of them this is.

    Example: `@forget_before(cutoff_date, (SELECT as_of_date FROM intermediate.int_as_of))`
    """
    if evaluator.runtime_stage != "evaluating" or (applies and not applies.this):
        return None
    table = evaluator.locals["this_model"]
    target = table.copy() if isinstance(table, exp.Expression) else exp.to_table(str(table))
    return exp.delete(target, exp.LT(this=column.copy(), expression=first_kept.copy()))


@macro()
def forget_moved(
    evaluator: MacroEvaluator,
    key: exp.Expression,
    day: exp.Expression,
    source: exp.Expression,
    source_day: exp.Expression | None = None,
) -> str | None:
    """A statement that deletes what a model holds of rows that are now on a day being processed.

    The shop may correct the day of an old row. It then comes in on its new day, and without this
    would stay on the old one too.

    Args:
        evaluator: Given by SQLMesh.
        key: What names a row, here and in the source.
        day: The day of a row here.
        source: The model that knows on which day each row is now.
        source_day: Its day, `event_date` where not said.

    Example: `@forget_moved(order_id, order_date, staging.checked_orders)`
    """
    if evaluator.runtime_stage != "evaluating":
        return None
    table = evaluator.locals["this_model"]
    target = table if isinstance(table, str) else table.sql(dialect="duckdb")
    start, end = evaluator.locals["start_ds"], evaluator.locals["end_ds"]
    interval = f"BETWEEN CAST('{start}' AS DATE) AND CAST('{end}' AS DATE)"
    name, day_there = key.sql(dialect="duckdb"), (source_day or exp.column("event_date"))
    return (
        f"DELETE FROM {target} WHERE NOT {day.sql(dialect='duckdb')} {interval} AND {name} IN "
        f"(SELECT {name} FROM {source.sql(dialect='duckdb')} "
        f"WHERE {day_there.sql(dialect='duckdb')} {interval})"
    )
