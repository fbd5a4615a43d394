"""How the metrics that metrics/ defines are compared and judged."""

from __future__ import annotations

from pathlib import Path

from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from patron.metric_tables import RULES, rows_sql, rule_rows
from patron.metrics import FOLDER, read_metrics

# Read when the project is loaded, so that a changed definition shows in the plan.
METRIC_RULES = rows_sql(RULES, rule_rows(read_metrics(Path(__file__).parents[1] / FOLDER)))


@macro()
def metric_rules(evaluator: MacroEvaluator) -> str:
    """A query of one row per metric: direction, materiality, and how it goes on over time.

    `adds_up`: a period without rows has none of it. `tells_while_running`: a value so far may be
    held against a target.

    Example: `WITH rules AS (@metric_rules())`
    """
    return METRIC_RULES
