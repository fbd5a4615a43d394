"""Standard deviation from sums, which are the same in whatever order they are made."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def stddev_of_sums(
    evaluator: MacroEvaluator,
    count: exp.Expression,
    total: exp.Expression,
    squares: exp.Expression,
) -> str:
    """The sample standard deviation of `count` numbers with this sum and sum of squares.

    NULL below two numbers.

    Example: `@stddev_of_sums(gaps, gap_days, squared_gap_days)`
    """
    n, s, q = (f"({part.sql('duckdb')})::DOUBLE" for part in (count, total, squares))
    variance = f"({q} * {n} - {s} * {s}) / NULLIF({n} * ({n} - 1), 0)"
    # GREATEST passes over what is not known, and would make it 0.
    return f"CASE WHEN {n} > 1 AND NOT {q} IS NULL THEN SQRT(GREATEST({variance}, 0)) END"
