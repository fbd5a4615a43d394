"""The definitions of metrics as rows of plain values, for tables and models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from patron.errors import PatronError
from patron.metric_queries import columns_of, compiled, definition_sql, parts_of
from patron.metrics import GRAINS, Grain, Metric, Target
from patron.sql import literal

Row = dict[str, Any]
RULES = {
    "metric": "TEXT",
    "direction": "TEXT",
    "materiality": "DOUBLE",
    "settles_after_days": "INT",
    "adds_up": "BOOLEAN",
    "tells_while_running": "BOOLEAN",
}
TARGETS = {
    "metric": "TEXT",
    "grain": "TEXT",
    "dimension": "TEXT",
    "member": "TEXT",
    "target": "DOUBLE",
    "warning_share": "DOUBLE",
    "valid_from": "DATE",
    "valid_until": "DATE",
}
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
            "tells_while_running": metric.judged_while_running
            and not metric.adds_up
            and metric.settles_after_days == 0,
        }
        for name, metric in sorted(metrics.items())
    ]


def rows_sql(columns: Mapping[str, str], rows: Sequence[Row]) -> str:
    """A query of rows of plain values, which has its columns and types without rows too."""
    shown = ", ".join(f"listed.{name}::{kind} AS {name}" for name, kind in columns.items())
    listed = rows or [dict.fromkeys(columns)]
    values = ", ".join(f"({', '.join(_value(row[name]) for name in columns)})" for row in listed)
    condition = "" if rows else " WHERE FALSE"
    names = ", ".join(columns)
    return f"SELECT {shown} FROM (VALUES {values}) AS listed({names}){condition}"


def _value(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return literal(value)
    return str(value).upper()


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
