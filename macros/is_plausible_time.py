"""Times that can be true."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.plausibility import is_plausible


@macro()
def is_plausible_time(
    evaluator: MacroEvaluator, instant: exp.Expression, loaded_at: exp.Expression
) -> exp.Expression:
    """Whether an event lies between the earliest day allowed and a day after it was loaded.

    "Now" is not asked: what was in the future when it arrived stays refused.

    Example: `@is_plausible_time(ordered_at, _loaded_at)`
    """
    return is_plausible(evaluator, instant, loaded_at)
