"""Numbers that settings give by name."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def value_named(
    evaluator: MacroEvaluator, name: exp.Expression, pairs: exp.Expression
) -> exp.Expression:
    """The value that stands after a name in a list of names and values; NULL for other names.

    Args:
        evaluator: Given by SQLMesh.
        name: The name to look up.
        pairs: Name and value in turn.

    Example: `@value_named(check_type, @quality_weights)` with `[validity, 20, uniqueness, 15]`
    """
    entries = pairs.expressions
    if not isinstance(pairs, exp.Array | exp.Tuple) or not entries or len(entries) % 2:
        raise SQLMeshError(f"@value_named takes [name, value, ...], got {pairs.sql()}")
    case = exp.Case()
    for key, value in zip(entries[::2], entries[1::2], strict=True):
        case = case.when(exp.EQ(this=name.copy(), expression=key.copy()), value.copy())
    return case
