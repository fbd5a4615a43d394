"""Whether a change is worth a word."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def change_significance(
    evaluator: MacroEvaluator,
    value: exp.Expression,
    before: exp.Expression,
    z_score: exp.Expression,
    materiality: exp.Expression,
    direction: exp.Expression,
) -> str:
    """improved, worsened or changed where a change is both unlikely and material, else none.

    Unlikely is a z-score beyond `unlikely_deviations`, material a change of at least this share of
    what was before; from nothing every change is. 'unknown' without a z-score or a value before.

    Args:
        evaluator: Given by SQLMesh.
        value: The number of now.
        before: The number before.
        z_score: How unusual the number of now is.
        materiality: The share of change that matters.
        direction: 'up' where more is better, 'down' where less is, or 'neither'.

    Example: `@change_significance(value, prior_value, z_score, 0.03, 'up')`
    """
    now, then, score, share, better = (
        each.sql("duckdb") for each in (value, before, z_score, materiality, direction)
    )
    limit = float(evaluator.var("unlikely_deviations"))
    return f"""CASE
        WHEN {score} IS NULL OR {now} IS NULL OR {then} IS NULL THEN 'unknown'
        WHEN ABS({score}) <= {limit} OR {now} = {then}
            OR ABS({now} - {then}) < {share} * ABS({then}) THEN 'none'
        WHEN {better} = 'neither' THEN 'changed'
        WHEN ({better} = 'up') = ({now} > {then}) THEN 'improved'
        ELSE 'worsened' END"""
