"""What `metric('aov')` stands for in a page: value, format, definition and SQL from one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reports.builder.data.store import QueryStore
from reports.builder.expressions.lexer import ExpressionError
from reports.builder.formats import Formatter
from reports.builder.notices import did_you_mean
from reports.builder.page.nodes import QuerySource

# Of each length the last period that is over; the running one of what tells of now only.
_SQL = """
SELECT
  kpis.metric, kpis.grain, kpis.period_start, kpis.value, kpis.prior_value, kpis.prior_year_value,
  kpis.change_share, kpis.prior_year_change_share, kpis.change_significance, kpis.target,
  kpis.status, definitions.label, definitions.description, definitions.owner, definitions.format,
  definitions.direction, definitions.query AS sql
FROM marts.mart_kpis AS kpis
INNER JOIN quality.metric_definitions AS definitions ON definitions.metric = kpis.metric
WHERE kpis.dimension = 'all'
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY kpis.metric, kpis.grain ORDER BY kpis.is_complete DESC, kpis.period_start DESC
) = 1
"""
_DEFINED = "SELECT metric, label, description, owner, format, direction, query AS sql "
_DEFINED += "FROM quality.metric_definitions"


def metric_function(store: QueryStore, formatter: Formatter) -> Callable[..., Mapping[str, object]]:
    """The function `metric(name, grain)` of a page."""

    def metric(name: str, grain: str = "month") -> Mapping[str, object]:
        values = store.derived(QuerySource("marts.mart_kpis", _SQL, "metric()", 1)).rows
        for row in values:
            if row["metric"] == name and row["grain"] == grain:
                style = formatter.resolve(str(row["format"]), values=[row["value"]])
                return {**row, "text": style.text(row["value"])}
        source = QuerySource("quality.metric_definitions", _DEFINED, "metric()", 1)
        defined = {str(row["metric"]): row for row in store.derived(source).rows}
        if name not in defined:
            raise ExpressionError(f"there is no metric '{name}'{did_you_mean(name, defined)}")
        return {**defined[name], "value": None, "text": "–"}

    return metric
