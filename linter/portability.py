"""Models keep to SQL that means the same on every engine we scale out to."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh.core.dialect import MacroVar
from sqlmesh.core.linter.rule import Rule, RuleViolation
from sqlmesh.core.model import Model

from linter.completeness import is_ours

KINDS = {
    "FULL",
    "VIEW",
    "SEED",
    "INCREMENTAL_BY_TIME_RANGE",
    "SCD_TYPE_2_BY_TIME",
    "SCD_TYPE_2_BY_COLUMN",
}
MAX_QUERY_LINES = 150
MAX_JOINS = 7
CLOCKS = (
    exp.CurrentDate,
    exp.CurrentDatetime,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.Localtime,
    exp.Localtimestamp,
)
CLOCK_NAMES = {
    "curdate",
    "get_current_time",
    "get_current_timestamp",
    "now",
    "transaction_timestamp",
}

# What engines compute differently under the same name, and the macro that is the same on all.
SPELLED_BY_MACROS: dict[type[exp.Expression], str] = {
    exp.PercentileCont: "a quantile; use @quantile",
    exp.PercentileDisc: "a quantile; use @quantile",
    exp.Quantile: "a quantile; use @quantile",
    exp.ApproxQuantile: "a quantile; use @quantile",
    exp.Median: "a quantile; use @quantile",
    exp.Mode: "MODE, which breaks ties by chance; count, and rank with the value",
    exp.ArrayAgg: "a list of values; use @value_list",
    exp.GroupConcat: "a list of values; use @value_list",
    exp.ApproxDistinct: "an approximate count; use COUNT(DISTINCT)",
    exp.Log: "LOG, whose base differs; use LN",
    exp.DayOfWeek: "the day of the week; use @iso_weekday",
    exp.DayOfWeekIso: "the day of the week; use @iso_weekday",
}
COUNTED_UNITS = {"DAY", "MONTH"}


def meanings(query: exp.Expression) -> list[str]:
    """What other engines accept, and read differently."""
    found = [
        f"a division by {division.expression.sql('duckdb')}, which may be zero; use @safe_divide"
        for division in query.find_all(exp.Div)
        if not _is_never_zero(division.expression)
    ]
    found += [
        "CONCAT, which passes over NULL here and not elsewhere; use || or COALESCE each part"
        for concat in query.find_all(exp.Concat, exp.ConcatWs)
        if not all(isinstance(part, exp.Literal | exp.Coalesce) for part in concat.expressions)
    ]
    found += [
        "REGEXP_REPLACE without 'g', which replaces the first here and all elsewhere"
        for replaced in query.find_all(exp.RegexpReplace)
        if "g" not in (replaced.args["modifiers"].name if replaced.args.get("modifiers") else "")
    ]
    found += [
        f"DATE_DIFF by {unit}, which counts otherwise elsewhere; subtract EPOCH"
        for unit in (each.text("unit").upper() for each in query.find_all(exp.DateDiff))
        if unit and unit not in COUNTED_UNITS
    ]
    return found + [
        "ROW_NUMBER without an order; name columns that no two rows share"
        for window in query.find_all(exp.Window)
        if isinstance(window.this, exp.RowNumber) and not window.args.get("order")
    ]


def _is_never_zero(denominator: exp.Expression) -> bool:
    """Whether a denominator is zero for no row; variables of the project are taken not to be."""
    while isinstance(denominator, exp.Paren | exp.Cast):
        denominator = denominator.this
    if isinstance(denominator, exp.Literal):
        return bool(float(denominator.name))
    if isinstance(denominator, exp.Greatest):
        parts = [denominator.this, *denominator.expressions]
        return any(isinstance(part, exp.Literal) and float(part.name) > 0 for part in parts)
    return isinstance(denominator, exp.Nullif | MacroVar)


class PortableKind(Rule):
    """Only kinds that behave alike on DuckDB, PostgreSQL and Spark."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse other kinds, time columns that are not dates, and tables without days as parts."""
        if not is_ours(model):
            return None
        if model.kind.name.value not in KINDS:
            return self.violation(
                f"{model.name} is {model.kind.name.value}; use {', '.join(sorted(KINDS))}"
            )
        if not getattr(model.kind, "partition_by_time_column", True):
            return self.violation(
                f"{model.name} is not divided by day: where a day is written again, Spark would "
                "lose all others; leave partition_by_time_column as it is"
            )
        if model.time_column:
            kind = (model.columns_to_types or {}).get(model.time_column.column.name)
            if kind is not None and not kind.is_type("date"):
                shown = kind.sql(dialect=model.dialect)
                return self.violation(f"the time column of {model.name} is {shown}; make it a DATE")
        return None


class NoClock(Rule):
    """'Now' is data: intermediate.int_as_of, or the execution time SQLMesh gives."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse functions that ask the clock."""
        if not is_ours(model) or not model.is_sql or model.kind.is_seed:
            return None
        named = {function.name.lower() for function in model.query.find_all(exp.Anonymous)}
        if any(model.query.find_all(*CLOCKS)) or named & CLOCK_NAMES:
            return self.violation(f"{model.name} asks the clock; read intermediate.int_as_of")
        return None


class PortableQuery(Rule):
    """No construct that another engine rejects or silently reads differently."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse what does not travel."""
        if not is_ours(model) or not model.is_sql or model.kind.is_seed:
            return None
        for problem in self._problems(model.query):
            return self.violation(f"{model.name}: {problem}")
        return None

    @staticmethod
    def _problems(query: exp.Expression) -> list[str]:
        found = []
        for select in query.find_all(exp.Select):
            group = select.args.get("group")
            if group is not None and group.args.get("all"):
                found.append("GROUP BY ALL; list the columns")
            if group is not None and select.args.get("qualify"):
                found.append("QUALIFY beside GROUP BY; aggregate in a CTE first")
        checks = {
            exp.TableSample: "SAMPLE; hash a key instead",
            exp.JSONExtract: "JSON; give it columns in staging",
            exp.JSONExtractScalar: "JSON; give it columns in staging",
            exp.Map: "MAP; use rows",
            exp.ToMap: "MAP; use rows",
            exp.Struct: "STRUCT; use columns",
            exp.Pivot: "PIVOT; use CASE",
        }
        checks |= SPELLED_BY_MACROS
        found += [text for kind, text in checks.items() if query.find(kind)]
        if any(clause.args.get("recursive") for clause in query.find_all(exp.With)):
            found.append("a recursive CTE; use @time_spine or rows")
        if any(join.method == "ASOF" for join in query.find_all(exp.Join)):
            found.append("ASOF JOIN; use ROW_NUMBER")
        return found + meanings(query)


class ReadableQuery(Rule):
    """A query fits in a head: at most seven joins in a SELECT, and not too long."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse queries that are two models."""
        if not is_ours(model) or not model.is_sql or model.kind.is_seed:
            return None
        joins = max(len(s.args.get("joins") or []) for s in model.query.find_all(exp.Select))
        if joins > MAX_JOINS:
            return self.violation(f"{model.name} has {joins} joins in one SELECT; split the model")
        lines = model.query.sql(dialect=model.dialect, pretty=True).count("\n") + 1
        if lines > MAX_QUERY_LINES:
            return self.violation(f"the query of {model.name} has {lines} lines; split the model")
        return None
