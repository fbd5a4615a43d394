"""Days that can be true."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.local_time import local_day
from macros.plausibility import earliest_day, one_day


@macro()
def is_plausible_date(
    evaluator: MacroEvaluator, day: exp.Expression, loaded_at: exp.Expression
) -> exp.Expression:
    """What `@is_plausible_time` is for timestamps, for a column that holds days.

    Example: `@is_plausible_date(spend_date, _loaded_at)`
    """
    last = exp.Add(this=local_day(evaluator, loaded_at), expression=one_day())
    return exp.paren(exp.Between(this=day.copy(), low=earliest_day(evaluator), high=last))
