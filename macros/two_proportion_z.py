"""How far two shares lie apart for what chance makes of them."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def two_proportion_z(
    evaluator: MacroEvaluator,
    count: exp.Expression,
    total: exp.Expression,
    other_count: exp.Expression,
    other_total: exp.Expression,
) -> str:
    """The z-score of `count / total - other_count / other_total`, as DOUBLE.

    The pooled test of two proportions: the difference in standard errors of a share common to both
    groups. NULL without one of the groups, and where nobody or everybody counts: then nothing
    varies. Its square is Pearson's chi-square of the two by two table.

    Example: `@two_proportion_z(buyers, customers, other_buyers, other_customers)`
    """
    k, n, other_k, other_n = (
        f"({each.sql('duckdb')})::DOUBLE" for each in (count, total, other_count, other_total)
    )
    pooled = f"(({k} + {other_k}) / NULLIF({n} + {other_n}, 0))"
    spread = f"SQRT({pooled} * (1 - {pooled}) * (1 / NULLIF({n}, 0) + 1 / NULLIF({other_n}, 0)))"
    return f"(({k} / NULLIF({n}, 0) - {other_k} / NULLIF({other_n}, 0)) / NULLIF({spread}, 0))"
