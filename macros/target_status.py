"""Whether a value reaches its target."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def target_status(
    evaluator: MacroEvaluator,
    value: exp.Expression,
    target: exp.Expression,
    warning_share: exp.Expression,
    direction: exp.Expression,
) -> str:
    """on_target, watch where it is missed by no more than a share of it, else off_target.

    NULL without a value or a target.

    Args:
        evaluator: Given by SQLMesh.
        value: The number to judge.
        target: What it should reach or not exceed.
        warning_share: The share of the target by which it may be missed and is watched only.
        direction: 'up' where more is better, 'down' where less is.

    Example: `@target_status(value, target, 0.05, 'up')`
    """
    now, goal, band, better = (
        each.sql("duckdb") for each in (value, target, warning_share, direction)
    )
    return f"""CASE
        WHEN {now} IS NULL OR {goal} IS NULL THEN NULL
        WHEN {now} = {goal} OR ({better} = 'up') = ({now} > {goal}) THEN 'on_target'
        WHEN {better} = 'up' AND {now} >= {goal} - {band} * ABS({goal}) THEN 'watch'
        WHEN {better} <> 'up' AND {now} <= {goal} + {band} * ABS({goal}) THEN 'watch'
        ELSE 'off_target' END"""
