"""Whether the expressions of a metric are what its kind says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError

from patron.errors import PatronError
from patron.metric_queries import parsed, parts_of
from patron.metrics import BASE, Metric, metric_named
from patron.names import suggestion


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
            expression = parsed(text)
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
