"""Quarantine: how much may be refused."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def rejected_share_limit(
    evaluator: MacroEvaluator, checked_model: exp.Expression
) -> exp.Expression:
    """The share of a stream's rows that staging may refuse before it stops the run.

    Example: `@rejected_share_limit(staging.checked_returns)`
    """
    stream = checked_model.name.removeprefix("checked_")
    by_stream = evaluator.var("max_rejected_share_by_stream") or {}
    return exp.Literal.number(by_stream.get(stream, evaluator.var("max_rejected_share")))
