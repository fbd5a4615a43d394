"""Lists of values that mean the same on every engine."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def value_list(evaluator: MacroEvaluator, value: exp.Expression) -> exp.Expression:
    """The distinct values of a group, sorted, as one comma-separated text.

    Example: `@value_list(payment_method)`
    """
    text = exp.cast(value.copy(), "text")
    engine = evaluator.var("engine", "duckdb")
    if engine == "duckdb":
        # Half of what an ordered LISTAGG costs, which sorts the rows of each group.
        known = f"FILTER(WHERE NOT {text.sql('duckdb')} IS NULL)"
        values = f"LIST(DISTINCT {text.sql('duckdb')}) {known}"
        return exp.maybe_parse(f"ARRAY_TO_STRING(LIST_SORT({values}), ', ')", dialect="duckdb")
    if engine == "spark":
        collected = exp.Anonymous(this="COLLECT_SET", expressions=[text])
        ordered = exp.Anonymous(this="SORT_ARRAY", expressions=[collected])
        arguments: list[exp.Expression] = [ordered, exp.Literal.string(", ")]
        joined = exp.Anonymous(this="ARRAY_JOIN", expressions=arguments)
        return exp.Nullif(this=joined, expression=exp.Literal.string(""))
    by_value = exp.Ordered(this=text.copy(), nulls_first=False)
    distinct = exp.Distinct(expressions=[text])
    return exp.GroupConcat(
        this=exp.Order(this=distinct, expressions=[by_value]),
        separator=exp.Literal.string(", "),
    )
