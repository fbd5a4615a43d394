"""Rows whose day the shop corrected."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.in_interval import in_interval

KEYS = "keys_of_the_interval"


@macro()
def forget_moved(
    evaluator: MacroEvaluator,
    key: exp.Expression,
    day: exp.Expression,
    source: exp.Expression,
    source_day: exp.Expression | None = None,
) -> list[str] | None:
    """Statements that delete what a model holds of rows that are now on a day being processed.

    The shop may correct the day of an old row. It then comes in on its new day, and without this
    would stay on the old one too.

    The keys are kept aside first: where the engine knows how few they are, it passes over the parts
    of the model's table that hold none of them, a hundredth of the work of holding every row of it
    against a query.

    Args:
        evaluator: Given by SQLMesh.
        key: What names a row, here and in the source.
        day: The day of a row here.
        source: The model that knows on which day each row is now.
        source_day: Its day; where not said, it is a checked model with `event_date`.

    Example: `@forget_moved(order_id, order_date, staging.checked_orders)`
    """
    if evaluator.runtime_stage != "evaluating":
        return None
    table = evaluator.locals["this_model"]
    target = table if isinstance(table, str) else table.sql(dialect="duckdb")
    elsewhere = f"FROM {target} WHERE NOT {in_interval(evaluator, day).sql(dialect='duckdb')}"
    # Without one, and so in the first build, there is no need to ask the source for all its rows.
    adapter = evaluator.locals.get("engine_adapter")
    if adapter and not adapter.fetchone(f"SELECT 1 {elsewhere} LIMIT 1"):
        return None
    name, asked = key.sql(dialect="duckdb"), source.sql(dialect="duckdb")
    event_time = None if source_day else exp.column("event_time")
    now = in_interval(evaluator, source_day or exp.column("event_date"), event_time)
    condition = now.sql(dialect="duckdb")
    return [
        f"DROP TABLE IF EXISTS {KEYS}",
        f"CREATE TEMPORARY TABLE {KEYS} AS SELECT DISTINCT {name} FROM {asked} WHERE {condition}",
        f"DELETE {elsewhere} AND {name} IN (SELECT {name} FROM {KEYS})",
        f"DROP TABLE {KEYS}",
    ]
