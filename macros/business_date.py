"""Days as the shop counts them."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.local_time import local_day


@macro()
def business_date(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    """The calendar day in the shop's `business_timezone` of a UTC timestamp.

    Example: `@business_date(ordered_at)`
    """
    return local_day(evaluator, instant)
