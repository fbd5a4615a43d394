"""Times before the shop can have existed."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.plausibility import earliest_instant


@macro()
def is_too_early(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    """Whether a time that may lie ahead, such as a planned start, is before the earliest day.

    Example: `@is_too_early(starts_at)`
    """
    return exp.paren(exp.LT(this=instant.copy(), expression=earliest_instant(evaluator)))
