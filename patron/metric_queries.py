"""From the definition of a metric to SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from sqlglot import exp

from patron.metrics import BASE, EVERYTHING, GRAINS, Grain, Metric
from patron.sql import literal

DIALECT = "duckdb"


def compiled(
    metric: Metric, metrics: Mapping[str, Metric], grain: Grain | None = None
) -> exp.Expression:
    """The aggregate of a metric over the rows of a period: filter and other metrics put in.

    Args:
        metric: The metric.
        metrics: All metrics by name, for one that is derived from others.
        grain: The length of the period, where that matters.
    """
    text = metric.at.get(grain, metric.expression) if grain else metric.expression
    expression = parsed(text)
    if metric.kind == "derived":
        return expression.transform(_substitution(metrics, grain))
    if metric.filter:
        condition = parsed(metric.filter)
        for aggregate in expression.find_all(exp.AggFunc):
            _restrict(aggregate, condition)
    return expression


def columns_of(metric: Metric, metrics: Mapping[str, Metric]) -> list[str]:
    """The columns that a metric is made of, of its filter too."""
    if metric.kind == "derived":
        parts = [columns_of(metrics[name], metrics) for name in parts_of(metric)]
        return sorted({name for part in parts for name in part})
    texts = [metric.expression, *metric.at.values(), *([metric.filter] if metric.filter else [])]
    return sorted({column.name for text in texts for column in _columns(text)})


def parts_of(metric: Metric) -> list[str]:
    """The metrics that one is derived from."""
    if metric.kind != "derived":
        return []
    return list(dict.fromkeys(column.name for column in _columns(metric.expression)))


def definition_sql(
    metric: Metric, metrics: Mapping[str, Metric], grain: Grain | None = None
) -> str:
    """A query that anybody may run in the warehouse to see the metric of the whole shop."""
    chosen = grain or ("month" if "month" in metric.grains else metric.grains[0])
    source = metric.model
    value = f"{compiled(metric, metrics, chosen).sql(DIALECT)} AS {metric.name}"
    if not metric.is_timed:
        return f"SELECT {value}\nFROM {source}"
    condition = f"\nWHERE dimension = {literal(EVERYTHING)}" if source == BASE else ""
    period = period_start(str(metric.time_column), literal(chosen))
    return f"SELECT {period} AS period_start, {value}\nFROM {source}{condition}\nGROUP BY 1"


def parsed(text: str) -> exp.Expression:
    """An expression of a definition, to be changed at will."""
    found: exp.Expression = _parsed_once(text).copy()
    return found


def period_start(day: str, grain: str) -> str:
    """The first day of the period of a day, where the length of periods is SQL too."""
    if grain.startswith("'"):
        unit = grain.strip("'")
        return f"DATE_TRUNC({literal(unit)}, {day})::DATE" if unit != "day" else f"{day}"
    branches = " ".join(
        f"WHEN {literal(each)} THEN DATE_TRUNC({literal(each)}, {day})::DATE"
        for each in GRAINS
        if each != "day"
    )
    return f"CASE {grain} {branches} ELSE {day} END"


@cache
def _parsed_once(text: str) -> exp.Expression:
    parsed: exp.Expression = exp.maybe_parse(text, dialect=DIALECT)
    return parsed


def _columns(text: str) -> list[exp.Column]:
    return list(parsed(text).find_all(exp.Column))


def _substitution(
    metrics: Mapping[str, Metric], grain: Grain | None
) -> Callable[[exp.Expression], exp.Expression]:
    def put_in(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Column):
            return exp.Paren(this=compiled(metrics[node.name], metrics, grain))
        return node

    return put_in


def _restrict(aggregate: exp.AggFunc, condition: exp.Expression) -> None:
    argument = aggregate.this
    if isinstance(argument, exp.Distinct):
        (value,) = argument.expressions
        argument.set("expressions", [exp.Case().when(condition.copy(), value)])
        return
    counted = exp.Literal.number(1) if isinstance(argument, exp.Star) else argument
    aggregate.set("this", exp.Case().when(condition.copy(), counted))
