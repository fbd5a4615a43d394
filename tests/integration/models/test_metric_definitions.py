"""The metrics of the project: computable over the columns their tables have."""

from __future__ import annotations

from functools import cache

import pytest

from patron.metric_queries import columns_of
from patron.metrics import BASE, Metric, read_metrics
from tests.support.built_shop import model_named
from tests.support.definitions import PROJECT
from tests.support.python_models import is_python, python_model

METRICS = read_metrics(PROJECT / "metrics")


@cache
def columns(table: str) -> set[str]:
    """The columns of a model."""
    if is_python(table):
        return set(python_model(table).columns)
    return set(model_named(table).columns_to_types or {})


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_a_metric_is_computed_over_columns_its_tables_have(metric: Metric) -> None:
    wanted = {*columns_of(metric, METRICS)} | ({metric.time_column} - {None})
    for table in {metric.model, metric.source}:
        members = set(metric.dimensions.values()) if table == metric.source != BASE else set()
        assert wanted | members <= columns(table), table
