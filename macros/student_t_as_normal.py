"""Student's distribution, for means of groups whose spread is estimated."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def student_t_as_normal(
    evaluator: MacroEvaluator, t: exp.Expression, degrees: exp.Expression
) -> str:
    """The distance from zero of the standard normal variable that is as improbable as this t.

    G. W. Hill, Algorithm 395, Communications of the ACM 13 (1970). A p-value made of it is wrong by
    less than 1e-5 from 10 degrees of freedom on.

    Example: `@student_t_as_normal(t_score, degrees_of_freedom)`
    """
    score, df = (f"({part.sql('duckdb')})::DOUBLE" for part in (t, degrees))
    a = f"({df} - 0.5)"
    b = f"(48 * {a} * {a})"
    z = f"SQRT({a} * LN(1 + {score} * {score} / {df}))"
    above = f"4 * POWER({z}, 7) + 33 * POWER({z}, 5) + 240 * POWER({z}, 3) + 855 * {z}"
    below = f"10 * {b} * ({b} + 0.8 * POWER({z}, 4) + 100)"
    return f"({z} + (POWER({z}, 3) + 3 * {z}) / {b} - ({above}) / ({below}))"
