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
    conditions = [condition.copy() for condition in rules[1::2]]
    parts: list[exp.Expression] = [
        exp.Case().when(condition.copy(), exp.Literal.string(f"; {reason.name}")).else_("''")
        for reason, condition in zip(rules[::2], conditions, strict=True)
    ]
    joined = (
        exp.Concat(expressions=parts, safe=True, coalesce=False) if len(parts) > 1 else parts[0]
    )
    # Text is only made for the few rows that need it, not for all rows at every reading.
    reasons = exp.Substring(this=joined, start=exp.Literal.number(3))
    return exp.Case().when(exp.or_(*conditions), reasons)
