"""Models keep to SQL that means the same on every engine we scale out to."""

from __future__ import annotations

from sqlglot import exp
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


class PortableKind(Rule):
    """Only kinds that behave alike on DuckDB, PostgreSQL and Spark."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse other kinds, and time columns that are not dates."""
        if not is_ours(model):
            return None
        if model.kind.name.value not in KINDS:
            return self.violation(
                f"{model.name} is {model.kind.name.value}; use {', '.join(sorted(KINDS))}"
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
        found += [text for kind, text in checks.items() if query.find(kind)]
        if any(clause.args.get("recursive") for clause in query.find_all(exp.With)):
            found.append("a recursive CTE; use @time_spine or rows")
        if any(join.method == "ASOF" for join in query.find_all(exp.Join)):
            found.append("ASOF JOIN; use ROW_NUMBER")
        return found


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
