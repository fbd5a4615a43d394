"""How much two shares differ, also where few cases are known."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def g_statistic(
    evaluator: MacroEvaluator,
    count: exp.Expression,
    total: exp.Expression,
    other_count: exp.Expression,
    other_total: exp.Expression,
) -> str:
    """The likelihood ratio statistic (G) of two shares, which is chi-square with one degree.

    Sokal and Rohlf, Biometry, chapter 17: twice the sum of O ln(O / E) over the two by two table,
    O what was counted and E what a common share leads to expect. Of rare cases in small groups the
    z-score says "beyond chance" far too often, this does not. NULL without one of the groups, 0
    where nobody or everybody counts.

    Example: `@g_statistic(late, due, other_late, other_due)`
    """
    k, n, other_k, other_n = (
        f"({each.sql('duckdb')})::DOUBLE" for each in (count, total, other_count, other_total)
    )
    counted, missed = f"({k} + {other_k})", f"({n} + {other_n} - {k} - {other_k})"
    terms = [
        _term(seen, size, margin, f"({n} + {other_n})")
        for size, hits in ((n, k), (other_n, other_k))
        for seen, margin in ((hits, counted), (f"({size} - {hits})", missed))
    ]
    # Rounding may leave equal shares with a sum that is not quite zero.
    return (
        f"CASE WHEN {n} > 0 AND {other_n} > 0 AND {k} >= 0 AND {other_k} >= 0"
        f" THEN GREATEST(2 * ({' + '.join(terms)}), 0) END"
    )


def _term(seen: str, size: str, margin: str, total: str) -> str:
    """O ln(O / E) of a cell, which is 0 where nothing was counted."""
    return f"COALESCE({seen} * LN(NULLIF({seen}, 0) * {total} / NULLIF({size} * {margin}, 0)), 0)"
