"""Total rows that are right: sums of amounts, weighted means of ratios, else nothing."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence

from reports.builder.data.result import QueryResult, number
from reports.builder.formats import Format

# Words in a column's name that say its values cannot be added up.
_NOT_ADDITIVE = frozenset(
    {
        *("share", "rate", "ratio", "pct", "percent", "percentage", "probability"),
        *("avg", "average", "mean", "median", "min", "max", "quantile", "percentile"),
        *("score", "index", "rank", "level", "id", "days", "age", "price", "per", "year", "month"),
    }
)
_AGGREGATES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": sum,
    "mean": statistics.fmean,
    "median": statistics.median,
    "min": min,
    "max": max,
}
AGGREGATES = (*_AGGREGATES, "count", "countDistinct", "weightedMean")


def is_additive(column: str, style: Format) -> bool:
    """Whether adding up the values of a column means anything."""
    return not style.is_ratio and not _NOT_ADDITIVE & set(column.lower().split("_"))


def total(data: QueryResult, column: str, aggregate: str | None, weight: str | None) -> object:
    """The value of a total row.

    Args:
        data: All rows of the table.
        column: Which column.
        aggregate: How, one of AGGREGATES; None for none.
        weight: The column of weights, for weightedMean.
    """
    values = data.values(column)
    if aggregate == "count":
        return sum(value is not None for value in values)
    if aggregate == "countDistinct":
        return len({value for value in values if value is not None})
    if aggregate == "weightedMean":
        return _weighted(values, data.values(weight or ""))
    numbers = [found for value in values if (found := number(value)) is not None]
    combine = _AGGREGATES.get(aggregate or "")
    return combine(numbers) if combine and numbers else None


def _weighted(values: Sequence[object], weights: Sequence[object]) -> float | None:
    pairs = [
        (value, weight)
        for value, weight in zip(map(number, values), map(number, weights), strict=True)
        if value is not None and weight is not None
    ]
    whole = sum(weight for _, weight in pairs)
    return sum(value * weight for value, weight in pairs) / whole if whole else None
