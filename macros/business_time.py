"""Times as the shop counts them."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.local_time import local_time


@macro()
def business_time(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    """The wall-clock time in the shop's `business_timezone` of a UTC timestamp.

    Example: `@business_time(ordered_at)`
    """
    return local_time(evaluator, instant)
