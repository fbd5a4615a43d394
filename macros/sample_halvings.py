"""How much of a large table a sample keeps: a half, a quarter, an eighth, ..."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

MAX_HALVINGS = 16


@macro()
def sample_halvings(
    evaluator: MacroEvaluator, row_count: exp.Expression, wanted: exp.Expression
) -> str:
    """How often rows can be halved so that as many as wanted are left, 0 to 16.

    The rows of `@hash_halvings(key) >= halvings` are such a sample.

    Example: `@sample_halvings(customer_count, @training_customers)`
    """
    count, least = row_count.sql("duckdb"), int(wanted.name)
    whens = " ".join(
        f"WHEN {count} < {least * 2 ** (halvings + 1)} THEN {halvings}"
        for halvings in range(MAX_HALVINGS)
    )
    return f"CASE {whens} ELSE {MAX_HALVINGS} END"
