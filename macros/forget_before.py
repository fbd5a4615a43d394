"""Rows that have left a moving window."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


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
