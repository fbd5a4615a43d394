"""The definitions of metrics as rows of plain values, for tables and models."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from patron.errors import PatronError
from patron.metric_queries import columns_of, compiled, definition_sql, parts_of
from patron.metrics import GRAINS, Grain, Metric, Target

Row = dict[str, Any]
FIRST_DAY, LAST_DAY = "1900-01-01", "2199-12-31"


def definition_rows(metrics: Mapping[str, Metric]) -> list[Row]:
    """One row per metric, its days as text."""
    return [_definition(metric, metrics) for _, metric in sorted(metrics.items())]


def lineage_rows(metrics: Mapping[str, Metric]) -> list[Row]:
    """One row per metric, table and column that it is made of."""
    return [
        {"metric": name, "model": model, "column_name": column}
        for name, metric in sorted(metrics.items())
        for model in sorted({metric.model, metric.source})
        for column in columns_of(metric, metrics)
    ]


def target_rows(metrics: Mapping[str, Metric], variables: Mapping[str, Any]) -> list[Row]:
    """One row per metric, length of period, member and time with a target.

    Args:
        metrics: All metrics.
        variables: The variables of config.yaml, which targets may name.

    Raises:
        PatronError: If a target names no variable, or two are for the same time.
    """
    rows = [
        _target(metric, target, grain, variables)
        for _, metric in sorted(metrics.items())
        for target in metric.targets
        for grain in ((target.grain,) if target.grain else metric.grains)
    ]
    _check_apart(rows)
    return rows


def rule_rows(metrics: Mapping[str, Metric]) -> list[Row]:
    """How the values of each metric are compared and judged."""
    return [
        {
            "metric": name,
            "direction": metric.direction,
            "materiality": metric.materiality,
            "settles_after_days": metric.settles_after_days,
            "adds_up": metric.adds_up,
            "carries": metric.over == "so_far",
            "tells_while_running": not metric.adds_up and metric.settles_after_days == 0,
        }
        for name, metric in sorted(metrics.items())
    ]


def _definition(metric: Metric, metrics: Mapping[str, Metric]) -> Row:
    certified, deprecated = metric.certified, metric.deprecated
    chosen: Grain | None = "month" if "month" in metric.grains else None
    return {
        "metric": metric.name,
        "label": metric.label,
        "description": metric.description,
        "model": metric.model,
        "base_model": metric.source,
        "expression": compiled(metric, metrics, chosen).sql("duckdb"),
        "query": definition_sql(metric, metrics),
        "kind": metric.kind,
        "derived_from": ", ".join(parts_of(metric)) or None,
        "over": metric.over if metric.is_timed else "now",
        "filter": metric.filter,
        "dimensions": ", ".join(metric.dimensions) or None,
        "grains": ", ".join(metric.grains),
        "unit": metric.unit,
        "format": metric.format,
        "direction": metric.direction,
        "owner": metric.owner,
        "materiality": metric.materiality,
        "settles_after_days": metric.settles_after_days,
        "version": metric.version,
        "certified_by": certified.by if certified else None,
        "certified_date": str(certified.when) if certified else None,
        "deprecated_date": str(deprecated.since) if deprecated else None,
        "replaced_by": deprecated.replaced_by if deprecated else None,
    }


def _target(metric: Metric, target: Target, grain: str, variables: Mapping[str, Any]) -> Row:
    value = target.value
    if isinstance(value, str):
        if value not in variables:
            raise PatronError(
                f"a target of '{metric.name}' is '{value}', which is no variable",
                where=f"metrics/: metrics.{metric.name}.targets",
                remedy="name a number or a variable of config.yaml",
            )
        value = float(variables[value])
    return {
        "metric": metric.name,
        "grain": grain,
        "dimension": target.dimension,
        "member": target.member,
        "target": value,
        "warning_share": target.warning,
        "valid_from": str(target.valid_from or FIRST_DAY),
        "valid_until": str(target.valid_until or LAST_DAY),
    }


def _check_apart(rows: list[Row]) -> None:
    keys = ("metric", "dimension", "member")
    ordered = sorted(
        rows, key=lambda r: (*(r[k] for k in keys), GRAINS.index(r["grain"]), r["valid_from"])
    )
    for earlier, later in pairwise(ordered):
        same = all(earlier[key] == later[key] for key in (*keys, "grain"))
        if same and earlier["valid_until"] >= later["valid_from"]:
            raise PatronError(
                f"two targets of '{later['metric']}' are for the same {later['grain']}s",
                where=f"metrics/: metrics.{later['metric']}.targets",
                remedy=f"let one end before {later['valid_from']} with 'until'",
            )
