"""Personal columns are masked in every environment but production."""

from __future__ import annotations

from sqlglot import exp, parse_one
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

MASK = "***"


@macro()
def mask_personal(evaluator: MacroEvaluator, *columns: exp.Expression) -> exp.Expression | None:
    """A statement for `ON_VIRTUAL_UPDATE`: outside production the model's view hides these columns.

    Environments share their tables, so the view is where to hide. Text becomes `***`, anything
    else null; what is null stays null, so completeness can still be seen.

    Example: `@mask_personal(first_name, email, birth_date)`
    """
    if evaluator.runtime_stage != "promoting":
        return None
    view = exp.to_table(evaluator.this_model, dialect=evaluator.dialect)
    production = exp.to_table(evaluator.this_model_fqn, dialect=evaluator.dialect)
    if view.db == production.db:
        return None
    types = evaluator.columns_to_types(evaluator.this_model_fqn)
    masked = [_masked(column.name, types[column.name]) for column in columns]
    query = exp.select(exp.Star(replace=masked)).from_(_shown_by(evaluator, view))
    return exp.Create(this=view, kind="VIEW", replace=True, expression=query)


def _masked(name: str, kind: exp.DataType) -> exp.Expression:
    column = exp.column(name, quoted=True)
    if kind.is_type(*exp.DataType.TEXT_TYPES):
        mask = exp.Literal.string(MASK)
        value: exp.Expression = exp.Case().when(column.is_(exp.null()), exp.null()).else_(mask)
    else:
        value = exp.Nullif(this=column, expression=column.copy())
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def _shown_by(evaluator: MacroEvaluator, view: exp.Table) -> exp.Table:
    """The table that the view shows, which SQLMesh has just created."""
    row = evaluator.engine_adapter.fetchone(
        "SELECT sql FROM duckdb_views() WHERE database_name = current_database()"
        f" AND schema_name = '{view.db}' AND view_name = '{view.name}'"
    )
    (table,) = parse_one(row[0], dialect=evaluator.dialect).expression.find_all(exp.Table)
    assert isinstance(table, exp.Table)  # noqa: S101 - a view of SQLMesh shows one table
    return table
