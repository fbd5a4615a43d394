"""The values of all metrics by period, dimension and member, as one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from sqlglot import exp

from patron.metric_queries import DIALECT, columns_of, compiled, parsed, parts_of, period_start
from patron.metrics import BASE, EVERYTHING, GRAINS, Grain, Metric
from patron.sql import literal

# Stands in the SQL for a number of days that SQLMesh knows.
MEMBER_DAYS = "{member_days}"
_AS_OF = "intermediate.int_as_of"
_SERIES = ("grain", "dimension", "member")


def values_sql(metrics: Mapping[str, Metric]) -> str:
    """The values of all metrics: metric, grain, period_start, dimension, member and value.

    Only periods that the table of a metric has rows of. `{member_days}` stands for the number of
    days before the as-of date of which members have a value by day.
    """
    ordered = sorted(metrics.values(), key=_shape)
    return "\nUNION ALL\n".join(
        _values_of(list(family), metrics) for _, family in groupby(ordered, key=_shape)
    )


def _shape(metric: Metric) -> tuple[str, str, str, str]:
    dimensions = ",".join(f"{name}={column}" for name, column in metric.dimensions.items())
    columns = dimensions if metric.source != BASE else ""
    return metric.source, metric.time_column or "", metric.over, columns


def _values_of(family: Sequence[Metric], metrics: Mapping[str, Metric]) -> str:
    first = family[0]
    names = " UNION ALL ".join(f"SELECT {literal(each.name)} AS metric" for each in family)
    values = " ".join(f"WHEN {literal(m.name)} THEN sums.{m.name}" for m in family)
    grain = "sums.grain" if first.is_timed else "grains.grain"
    day = "sums.period_start"
    start = day if first.is_timed else period_start(day, grain)
    grains = "" if first.is_timed else f" CROSS JOIN ({_grains()}) AS grains"
    wanted = " OR ".join(_wanted(each, grain) for each in family)
    return f"""
SELECT
  names.metric, {grain} AS grain, {start} AS period_start, sums.dimension, sums.member,
  CASE names.metric {values} END AS value
FROM ({_sums(family, metrics)}) AS sums
CROSS JOIN ({names}) AS names{grains}
WHERE {wanted}""".strip()


def _wanted(metric: Metric, grain: str) -> str:
    grains = ", ".join(map(literal, metric.grains))
    dimensions = ", ".join(map(literal, (EVERYTHING, *metric.dimensions)))
    return (
        f"(names.metric = {literal(metric.name)} AND {grain} IN ({grains})"
        f" AND sums.dimension IN ({dimensions}))"
    )


def _sums(family: Sequence[Metric], metrics: Mapping[str, Metric]) -> str:
    """One row per period, dimension and member, with a column per metric."""
    keys = (*_SERIES, "period_start") if family[0].is_timed else (*_SERIES[1:], "period_start")
    columns = ", ".join(f"({_by_grain(each, metrics)})::DOUBLE AS {each.name}" for each in family)
    only = "\n  WHERE day = last_day" if family[0].over == "last" else ""
    return f"""
  SELECT {", ".join(keys)}, {columns}
  FROM ({_rows(family, metrics)}) AS facts{only}
  GROUP BY {", ".join(keys)}"""


def _by_grain(metric: Metric, metrics: Mapping[str, Metric]) -> str:
    if not any(each.at for each in (metric, *(metrics[name] for name in parts_of(metric)))):
        return _windowed(metric, metrics, metric.grains[0])
    by_grain = {grain: _windowed(metric, metrics, grain) for grain in metric.grains}
    branches = " ".join(f"WHEN {literal(g)} THEN {text}" for g, text in by_grain.items())
    return f"CASE grain {branches} END"


def _windowed(metric: Metric, metrics: Mapping[str, Metric], grain: Grain) -> str:
    expression = compiled(metric, metrics, grain)
    if metric.over != "so_far":
        return expression.sql(DIALECT)

    def running(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Sum):
            return node
        return parsed(
            f"SUM({node.sql(DIALECT)}) OVER (PARTITION BY {', '.join(_SERIES)}"
            " ORDER BY period_start ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        )

    return expression.transform(running).sql(DIALECT)


def _rows(family: Sequence[Metric], metrics: Mapping[str, Metric]) -> str:
    """The rows of a table, once for each grain and dimension, with the period they are of."""
    first = family[0]
    columns = sorted({name for each in family for name in columns_of(each, metrics)})
    is_base = first.source == BASE
    dimension, member, joined = (
        ("source.dimension", "source.member", "") if is_base else _members(first)
    )
    shown = "".join(f", source.{name}" for name in columns)
    if not first.is_timed:
        return f"""
    SELECT
      {dimension} AS dimension, {member} AS member,
      (as_of.as_of_date - 1)::DATE AS period_start{shown}
    FROM {first.source} AS source CROSS JOIN {_AS_OF} AS as_of{joined}
    WHERE NOT as_of.first_order_date IS NULL"""
    day = f"source.{first.time_column}"
    start = period_start(day, "grains.grain")
    last = (
        f", {day} AS day, MAX({day}) OVER (PARTITION BY grains.grain, {start}) AS last_day"
        if first.over == "last"
        else ""
    )
    since = f" AND {day} >= as_of.first_order_date" if "day" in first.grains else ""
    recent = (
        ""
        if first.over == "so_far"
        else f" AND (grains.grain <> 'day' OR {dimension} = {literal(EVERYTHING)}"
        f" OR {day} >= as_of.as_of_date - {MEMBER_DAYS})"
    )
    return f"""
    SELECT
      grains.grain, {start} AS period_start, {dimension} AS dimension,
      {member} AS member{shown}{last}
    FROM {first.source} AS source CROSS JOIN {_AS_OF} AS as_of
    CROSS JOIN ({_grains()}) AS grains{joined}
    WHERE {day} < as_of.as_of_date{since}{recent}{_empty_periods(first, columns)}"""


def _empty_periods(metric: Metric, columns: Sequence[str]) -> str:
    """Rows of nothing in every period, where what is so far stays as it was."""
    if metric.over != "so_far":
        return ""
    return f"""
    UNION ALL
    SELECT
      periods.grain, periods.period_start, members.dimension, members.member
      {"".join(f", NULL AS {name}" for name in columns)}
    FROM intermediate.int_kpi_periods AS periods
    CROSS JOIN (SELECT DISTINCT dimension, member FROM {metric.source}) AS members"""


def _members(metric: Metric) -> tuple[str, str, str]:
    names = " UNION ALL ".join(
        f"SELECT {literal(name)} AS dimension" for name in (EVERYTHING, *metric.dimensions)
    )
    cases = " ".join(
        f"WHEN {literal(name)} THEN COALESCE(source.{column}::TEXT, 'unknown')"
        for name, column in metric.dimensions.items()
    )
    member = f"CASE dimensions.dimension {cases} ELSE {literal(EVERYTHING)} END" if cases else None
    joined = f" CROSS JOIN ({names}) AS dimensions"
    return "dimensions.dimension", member or literal(EVERYTHING), joined


def _grains() -> str:
    return " UNION ALL ".join(f"SELECT {literal(grain)} AS grain" for grain in GRAINS)
