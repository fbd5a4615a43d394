"""What staging holds of several streams, day by day."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def stream_days(
    evaluator: MacroEvaluator, first_day: exp.Expression, *staged_models: exp.Expression
) -> exp.Expression:
    """Rows and filled values of several streams per day: of the columns a stream should fill.

    Args:
        evaluator: Given by SQLMesh.
        first_day: Earlier days are left out.
        staged_models: Model, day and columns in turn; the columns in parentheses, which may be
            empty.

    Example: `@stream_days(first_day, staging.stg_returns, returned_date, (product_id, reason))`
    """
    if not staged_models or len(staged_models) % 3:
        raise SQLMeshError("@stream_days takes first day, model, day, columns, model, day, ...")
    triples = zip(staged_models[::3], staged_models[1::3], staged_models[2::3], strict=True)
    return exp.union(*(_days(first_day, *triple) for triple in triples), distinct=False)


def _days(
    first_day: exp.Expression, model: exp.Expression, day: exp.Expression, columns: exp.Expression
) -> exp.Select:
    names = columns.expressions or ([columns.this] if columns.this else [])
    filled = " + ".join(f"COUNT({name.sql('duckdb')})" for name in names) or "0"
    return (
        exp.select(
            exp.alias_(exp.Literal.string(model.name.removeprefix("stg_")), "stream"),
            exp.alias_(day.copy(), "date_day"),
            "COUNT(*) AS staged_rows",
            f"{filled} AS filled_values",
            f"{len(names)} * COUNT(*) AS possible_values",
            dialect="duckdb",
        )
        .from_(exp.to_table(model.sql(dialect="duckdb"), dialect="duckdb"))
        .where(exp.GTE(this=day.copy(), expression=first_day.copy()))
        .group_by(day.copy())
    )
