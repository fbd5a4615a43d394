"""What the metrics that metrics/ defines should reach."""

from __future__ import annotations

from pathlib import Path

from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from patron.config import project_variables
from patron.metric_tables import TARGETS, rows_sql, target_rows
from patron.metrics import FOLDER, read_metrics

PROJECT = Path(__file__).parents[1]
# Read when the project is loaded, so that a changed target shows in the plan.
METRIC_TARGETS = rows_sql(
    TARGETS, target_rows(read_metrics(PROJECT / FOLDER), project_variables(PROJECT))
)


@macro()
def metric_targets(evaluator: MacroEvaluator) -> str:
    """A query of one row per target: metric, grain, dimension, member, target, warning and days.

    Example: `WITH targets AS (@metric_targets())`
    """
    return METRIC_TARGETS
