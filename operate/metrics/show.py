"""What is known of a metric: definition, SQL, targets, lineage and latest values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patron.config import project_variables
from patron.errors import PatronError
from patron.metric_queries import columns_of
from patron.metric_tables import definition_rows, target_rows
from patron.metrics import GRAINS, Metric
from patron.shop import Shop
from patron.warehouse import reading

LATEST = """
SELECT grain, period_start, value, prior_value, change_share, change_significance, target, status,
  is_complete
FROM marts.mart_kpis
WHERE metric = ? AND dimension = 'all'
QUALIFY ROW_NUMBER() OVER (PARTITION BY grain ORDER BY is_complete DESC, period_start DESC) = 1
"""


def described(shop: Shop, metric: Metric, metrics: Mapping[str, Metric]) -> dict[str, Any]:
    """All about a metric, for people and machines."""
    definition = next(row for row in definition_rows(metrics) if row["metric"] == metric.name)
    targets = target_rows({metric.name: metric}, project_variables(shop.project))
    return definition | {
        "targets": targets,
        "lineage": {
            table: columns_of(metric, metrics)
            for table in dict.fromkeys((metric.model, metric.source))
        },
        "latest": latest(shop, metric.name),
    }


def latest(shop: Shop, name: str) -> list[dict[str, Any]]:
    """The last complete period of each length, the running one where none is; none before a run."""
    import duckdb

    try:
        with reading(shop) as connection:
            found = connection.execute(LATEST, [name])
            names = [column[0] for column in found.description]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except (PatronError, duckdb.CatalogException):
        return []
    return sorted(rows, key=lambda row: GRAINS.index(row["grain"]))
