"""Running queries on the published copy: read-only, few schemas, limited in rows and time."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb

from reports.builder.data.cache import Cache, Versions, digest
from reports.builder.data.result import (
    ColumnInfo,
    QueryResult,
    decode,
    encode,
    kind_of,
    plain,
)
from reports.builder.data.sources import QueryError
from reports.builder.notices import did_you_mean
from reports.builder.page.nodes import QuerySource

SCHEMAS = ("marts", "ml", "quality")
_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_CLOCK = re.compile(
    r"\b(now\s*\(|current_date\b|current_timestamp\b|today\s*\(|get_current_time|random\s*\()",
    re.IGNORECASE,
)
_CATALOGUE = re.compile(
    r"\b(information_schema|pg_catalog|duckdb_\w+|pragma_\w+|getenv|current_setting|query|query_table)"
    r"\s*[.(]|^\s*(pragma|show|describe|summarize|explain|call)\b",
    re.IGNORECASE,
)
# A table's name, then what a query calls it or takes of it.
_TABLE = re.compile(r'((?:"(?:[^"]|"")*"|[^\s"])+).*', re.DOTALL)
_MOST_ANSWERS = 2_000
_STRINGS_AND_COMMENTS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Limits:
    """What one query of a page may cost, and which schemas it may read."""

    rows: int = 10_000
    seconds: float = 30.0
    schemas: tuple[str, ...] = SCHEMAS


@dataclass(frozen=True)
class Answer:
    """A result, the tables it came from, and what is odd about the query."""

    result: QueryResult
    tables: frozenset[str]
    warning: str | None


class QueryRunner:
    """Runs the queries of one build on one connection."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        limits: Limits,
        cache: Cache | None = None,
        versions: Versions | None = None,
    ) -> None:
        self._connection = connection
        self._limits = limits
        self._cache = cache or Cache()
        self.versions = versions or Versions()
        self._answers: dict[str, Answer] = {}
        # Several threads would add floating-point numbers in another order in every build.
        connection.execute("SET threads = 1")
        # The first cannot be loaded from disk here; the last freezes all settings.
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")

    def run(self, query: QuerySource, sql: str) -> Answer:
        """The rows of a query.

        Args:
            query: Where the query stands, for messages.
            sql: Its text with all references replaced.

        Raises:
            QueryError: If it is not one SELECT over the public schemas, fails, or exceeds a limit.
        """
        answer = self._answers.get(sql) or self._answer(query, sql)
        if len(self._answers) < _MOST_ANSWERS:
            self._answers[sql] = answer
        return replace(answer, result=replace(answer.result, name=query.name))

    def _answer(self, query: QuerySource, sql: str) -> Answer:
        try:
            tables = self._check(query, sql)
        except duckdb.Error as error:
            raise self._explain(query, sql, error) from error
        key = digest("query", sql, self._limits.rows, self.versions.of(tables))
        warning = _clock_warning(sql)
        if warning is None and (kept := self._cache.get(key)):
            return Answer(decode(kept, query.name), tables, warning)
        result = self._fetch(query, sql)
        if warning is None:
            self._cache.put(key, encode(result))
        return Answer(result, tables, warning)

    def _fetch(self, query: QuerySource, sql: str) -> QueryResult:
        try:
            with self._time_limit():
                cursor = self._connection.execute(sql)
                rows = cursor.fetchmany(self._limits.rows + 1)
        except duckdb.InterruptException as error:
            message = f"it took longer than {self._limits.seconds:g} seconds"
            raise QueryError(message, query) from error
        except duckdb.Error as error:
            raise self._explain(query, sql, error) from error
        if len(rows) > self._limits.rows:
            raise QueryError(
                f"it returns more than {self._limits.rows:,} rows (max_rows);"
                " aggregate, filter or LIMIT it",
                query,
            )
        columns = tuple(
            ColumnInfo(str(name), kind_of(str(kind))) for name, kind, *_ in cursor.description
        )
        names = [column.name for column in columns]
        found = tuple(
            dict(zip(names, (plain(value) for value in row), strict=True)) for row in rows
        )
        return QueryResult(query.name, columns, found)

    @contextmanager
    def _time_limit(self) -> Iterator[None]:
        timer = threading.Timer(self._limits.seconds, self._connection.interrupt)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _check(self, query: QuerySource, sql: str) -> frozenset[str]:
        statements = self._connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise QueryError("a query of a page is exactly one SELECT", query)
        if found := _CATALOGUE.search(_STRINGS_AND_COMMENTS.sub(" ", sql)):
            raise QueryError(f"'{found[1] or found[2]}' is not for pages", query)
        tables = self._named(sql)
        for table in sorted(tables):
            if table.split(".")[0].strip('"') not in self._limits.schemas or "." not in table:
                allowed = ", ".join(self._limits.schemas)
                raise QueryError(f"'{table}' is not in one of the schemas {allowed}", query)
        return tables

    def _named(self, sql: str) -> frozenset[str]:
        """The tables that a query names, without what it calls them or takes of them."""
        references = self._connection.get_table_names(sql, qualified=True)
        return frozenset(_TABLE.sub(r"\1", each) for each in references)

    def _explain(self, query: QuerySource, sql: str, error: duckdb.Error) -> QueryError:
        """DuckDB's message, with the line in the page and what could have been meant."""
        head, _, _ = str(error).partition("\n\nLINE ")
        message = " ".join(head.split())
        at = _LINE.search(str(error))
        # A chained query's line is not a line of the page: name the query's first line then.
        offset = int(at[1]) - 1 if at and "${" not in query.sql else 0
        leading = len(query.sql) - len(query.sql.lstrip())
        line = query.line + query.sql.count("\n", 0, leading) + offset
        return QueryError(message + self._available(sql, message), query, line)

    def _available(self, sql: str, message: str) -> str:
        if message.startswith("Catalog Error: Table"):
            return f" Tables: {', '.join(self._tables())}."
        if not message.startswith("Binder Error"):
            return ""
        try:
            tables = sorted(self._named(sql))
        except duckdb.Error:
            return ""
        described = (f"{table} ({', '.join(self._columns(table))})" for table in tables)
        return f" Columns: {'; '.join(described)}."

    def _tables(self) -> list[str]:
        rows = self._connection.execute(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables"
            " WHERE table_schema IN ('marts', 'ml', 'quality') ORDER BY 1"
        ).fetchall()
        return [row[0] for row in rows]

    def _columns(self, table: str) -> list[str]:
        schema, _, name = table.partition(".")
        rows = self._connection.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
            [schema.strip('"'), name.strip('"')],
        ).fetchall()
        return [row[0] for row in rows]


def unknown_column(result: QueryResult, name: str) -> str:
    """The message for a column that a result does not have."""
    near = did_you_mean(name, result.column_names)
    listed = ", ".join(result.column_names)
    return f"query '{result.name}' has no column '{name}'{near} (columns: {listed})"


def _clock_warning(sql: str) -> str | None:
    match = _CLOCK.search(_STRINGS_AND_COMMENTS.sub(" ", sql))
    if match is None:
        return None
    found = match[1].rstrip("( ")
    return f"{found} makes the page differ from build to build; use as_of_date of the mart"
