"""The values of the metrics that metrics/ defines."""

from __future__ import annotations

from pathlib import Path

from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from patron.metric_values import MEMBER_DAYS, values_sql
from patron.metrics import FOLDER, read_metrics

# Read when the project is loaded, so that a changed definition shows in the plan.
METRIC_VALUES = values_sql(read_metrics(Path(__file__).parents[1] / FOLDER))
# Each day that is shown is compared with the same day of the year before.
DAYS_OF_A_YEAR = 366
PLACE = MEMBER_DAYS


@macro()
def metric_values(evaluator: MacroEvaluator) -> str:
    """A query of all metrics: metric, grain, period_start, dimension, member and value.

    One row for each period that the table of a metric has rows of; by day members have a value for
    as many days as `kpi_member_days` says and the same days a year before.

    Example: `WITH measured AS (@metric_values())`
    """
    days = int(evaluator.var("kpi_member_days")) + DAYS_OF_A_YEAR
    return METRIC_VALUES.replace(PLACE, str(days))
