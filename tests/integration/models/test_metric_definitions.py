"""The metrics of the project: computable over the columns their tables have."""

from __future__ import annotations

from functools import cache

import pytest

from patron.metric_queries import columns_of
from patron.metrics import BASE, Metric, read_metrics
from tests.support.built_shop import model_named
from tests.support.definitions import PROJECT

METRICS = read_metrics(PROJECT / "metrics")
SOURCE_QUALITY = "quality.source_quality"


@cache
def columns(table: str) -> set[str]:
    """The columns of a model."""
    if table == SOURCE_QUALITY:
        return python_columns(table)
    return set(model_named(table).columns_to_types or {})


def python_columns(table: str) -> set[str]:
    """The columns of a Python model, as SQLMesh reads them."""
    import importlib.util

    from sqlmesh.core.model.decorator import model as models

    path = PROJECT / "models" / f"{table.replace('.', '/')}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    before = models.get_registry()
    models.set_registry({})
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    (found,) = models.get_registry().values()
    models.set_registry(before)
    return set(found.columns)


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_a_metric_is_computed_over_columns_its_tables_have(metric: Metric) -> None:
    wanted = {*columns_of(metric, METRICS)} | ({metric.time_column} - {None})
    for table in {metric.model, metric.source}:
        members = set(metric.dimensions.values()) if table == metric.source != BASE else set()
        assert wanted | members <= columns(table), table
