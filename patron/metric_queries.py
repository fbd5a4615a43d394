"""From the definition of a metric to SQL: checked, compiled, and computed by period and member."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import groupby

from sqlglot import exp
from sqlglot.errors import SqlglotError

from patron.errors import PatronError
from patron.metrics import BASE, EVERYTHING, GRAINS, Grain, Metric, metric_named
from patron.names import suggestion
from patron.sql import literal

DIALECT = "duckdb"
# Stands in the SQL for a number of days that SQLMesh knows.
MEMBER_DAYS = "{member_days}"
_AS_OF = "intermediate.int_as_of"
_SERIES = ("grain", "dimension", "member")


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
    expression = _parsed(text)
    if metric.kind == "derived":
        return expression.transform(_substitution(metrics, grain))
    if metric.filter:
        condition = _parsed(metric.filter)
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
    period = _period_start(str(metric.time_column), literal(chosen))
    return f"SELECT {period} AS period_start, {value}\nFROM {source}{condition}\nGROUP BY 1"


def values_sql(metrics: Mapping[str, Metric]) -> str:
    """The values of all metrics: metric, grain, period_start, dimension, member and value.

    Only periods that the table of a metric has rows of. `{member_days}` stands for the number of
    days before the as-of date of which members have a value by day.
    """
    ordered = sorted(metrics.values(), key=_shape)
    return "\nUNION ALL\n".join(
        _values_of(list(family), metrics) for _, family in groupby(ordered, key=_shape)
    )


def check_expressions(metric: Metric, metrics: Mapping[str, Metric], where: str) -> None:
    """Refuse expressions that are not what the kind of the metric says.

    Raises:
        PatronError: If one is no SQL, or not what `kind` says; names file, metric, key and remedy.
    """
    if metric.over == "so_far" and metric.source != BASE:
        raise PatronError(
            f"'over: so_far' is for metrics over {BASE} only",
            where=f"{where}.over",
            remedy=f"add 'base: {BASE}', or choose 'within' or 'last'",
        )
    keyed = {"expression": metric.expression, "filter": metric.filter}
    keyed |= {f"at.{grain}": text for grain, text in metric.at.items()}
    for key, text in keyed.items():
        if text is None:
            continue
        try:
            expression = _parsed(text)
        except SqlglotError as error:
            raise PatronError(
                f"'{key}' is no SQL: {str(error).splitlines()[0]}",
                where=f"{where}.{key}",
                remedy=f"write an SQL expression over the columns of {metric.model}",
            ) from error
        if key != "filter" and (problem := _KINDS[metric.kind](expression)):
            raise PatronError(
                f"'{key}' is not a {metric.kind}: {problem}",
                where=f"{where}.{key}",
                remedy=f"write {_REMEDIES[metric.kind]}, or change 'kind'",
            )
    _check_parts(metric, metrics, where)


def _check_parts(metric: Metric, metrics: Mapping[str, Metric], where: str) -> None:
    for name in parts_of(metric):
        try:
            part = metric_named(metrics, name)
        except PatronError as error:
            remedy = suggestion(name, metrics)
            raise PatronError(error.what, where=f"{where}.expression", remedy=remedy) from None
        if part.kind == "derived" or part.source != metric.source or part.over != metric.over:
            raise PatronError(
                f"'{metric.name}' cannot be derived from '{name}'",
                where=f"{where}.expression",
                remedy="derive from metrics of the same table that are not derived themselves",
            )


def _parsed(text: str) -> exp.Expression:
    parsed: exp.Expression = _parsed_once(text).copy()
    return parsed


@cache
def _parsed_once(text: str) -> exp.Expression:
    parsed: exp.Expression = exp.maybe_parse(text, dialect=DIALECT)
    return parsed


def _columns(text: str) -> list[exp.Column]:
    return list(_parsed(text).find_all(exp.Column))


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


# --- What the kinds are ---------------------------------------------------------------------------


def _no_sum(expression: exp.Expression) -> str | None:
    return None if isinstance(expression, exp.Sum) else "it is no SUM(...)"


def _no_ratio(expression: exp.Expression) -> str | None:
    if not isinstance(expression, exp.Div):
        return "it divides nothing"
    below = expression.expression
    if not isinstance(below, exp.Nullif):
        return "its denominator may be zero"
    if not all(isinstance(part, exp.Sum | exp.Count) for part in (expression.this, below.this)):
        return "a ratio is made of sums, so that it holds for every period and member"
    return None


def _no_count(expression: exp.Expression) -> str | None:
    return None if isinstance(expression, exp.Count | exp.Sum) else "it counts nothing"


def _no_average(expression: exp.Expression) -> str | None:
    return None if isinstance(expression, exp.Avg) else "it is no AVG(...)"


def _not_derived(expression: exp.Expression) -> str | None:
    if expression.find(exp.AggFunc):
        return "it aggregates columns"
    if any(not isinstance(each.expression, exp.Nullif) for each in expression.find_all(exp.Div)):
        return "its denominator may be zero"
    return None


_KINDS: dict[str, Callable[[exp.Expression], str | None]] = {
    "sum": _no_sum,
    "ratio": _no_ratio,
    "distinct_count": _no_count,
    "average": _no_average,
    "derived": _not_derived,
}
_REMEDIES = {
    "sum": "SUM(column)",
    "ratio": "SUM(part) / NULLIF(SUM(whole), 0)",
    "distinct_count": "COUNT(DISTINCT column), or a SUM of what counts once, with 'at' by grain",
    "average": "AVG(column)",
    "derived": "arithmetic with names of metrics, as in net_revenue / NULLIF(orders, 0)",
}


# --- Values by period and member ------------------------------------------------------------------


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
    start = day if first.is_timed else _period_start(day, grain)
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
        return _parsed(
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
    start = _period_start(day, "grains.grain")
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


def _period_start(day: str, grain: str) -> str:
    if grain.startswith("'"):
        unit = grain.strip("'")
        return f"DATE_TRUNC({literal(unit)}, {day})::DATE" if unit != "day" else f"{day}"
    branches = " ".join(
        f"WHEN {literal(each)} THEN DATE_TRUNC({literal(each)}, {day})::DATE"
        for each in GRAINS
        if each != "day"
    )
    return f"CASE {grain} {branches} ELSE {day} END"
