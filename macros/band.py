"""Names for ranges of a number."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def band(evaluator: MacroEvaluator, value: exp.Expression, bands: exp.Expression) -> exp.Expression:
    """The name of the first band whose lower bound the value reaches; NULL for a NULL value.

    Args:
        evaluator: Given by SQLMesh.
        value: The number to name.
        bands: Name and lower bound in turn, highest first, ending with the name of the rest.

    Example: `@band(order_amount, @order_value_tiers)` with `[High, 100, Medium, 50, Low]`
    """
    entries = bands.expressions
    if not isinstance(bands, exp.Array | exp.Tuple) or len(entries) < 3 or len(entries) % 2 == 0:
        raise SQLMeshError(
            f"@band takes [name, lower bound, ..., name of the rest], got {bands.sql()}"
        )
    case = exp.Case()
    for name, bound in zip(entries[:-1:2], entries[1::2], strict=True):
        case = case.when(exp.GTE(this=value.copy(), expression=bound.copy()), name.copy())
    rest = exp.not_(exp.Is(this=value.copy(), expression=exp.null()))
    return case.when(rest, entries[-1].copy())
