"""The day an event counts for."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.local_time import local_day
from macros.plausibility import is_plausible


@macro()
def event_day(evaluator: MacroEvaluator, *instants: exp.Expression) -> exp.Expression:
    """The calendar day of the first plausible one of some times, else the day of loading.

    Args:
        evaluator: Given by SQLMesh.
        instants: Times in order of preference, the time of loading last.

    Example: `@event_day(ordered_at, updated_at, _loaded_at)`
    """
    *preferred, loaded_at = instants
    case = exp.Case()
    for instant in preferred:
        plausible = is_plausible(evaluator, instant, loaded_at)
        case = case.when(plausible, local_day(evaluator, instant))
    return case.else_(local_day(evaluator, loaded_at))
