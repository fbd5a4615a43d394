"""Putting queries together: `${other_query}` becomes a subquery, `${params.x}` a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from patron.sql import literal
from reports.builder.expressions.evaluate import evaluate
from reports.builder.expressions.functions import text_of
from reports.builder.expressions.lexer import ExpressionError
from reports.builder.expressions.parser import parse_expression
from reports.builder.notices import did_you_mean
from reports.builder.page.nodes import QuerySource

# A reference; or what begins and ends a string, a quoted name or a comment.
_PIECE = re.compile(r"\$\{\s*([^}]*?)\s*\}|['\"]|--[^\n]*|/\*.*?\*/", re.DOTALL)
_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_ROOT = re.compile(r"(\w+)\s*(?:\?\.|\.|\[)\s*(\w+)?")


class RawSql(str):
    """A value that is SQL itself and is put into a query as it is: only from a page's own text."""

    __slots__ = ()


class QueryError(Exception):
    """A query that cannot be put together or run; the message is for the page's author."""

    def __init__(self, message: str, query: QuerySource, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.query = query
        self.line = query.line if line is None else line


def compile_sql(
    query: QuerySource,
    queries: Mapping[str, QuerySource],
    variables: Mapping[str, object],
    path: tuple[str, ...] = (),
) -> str:
    """The SQL of a query with every reference replaced.

    Args:
        query: What to compile.
        queries: All queries the page can refer to.
        variables: Values by name, as `vars.limit`, or by root, as `params` and `inputs`.
            A value becomes a literal, and plain text where the query puts quotes around it.
        path: The queries that lead here.

    Raises:
        QueryError: For a reference to nothing, or one that leads back to itself.
    """
    path = (*path, query.name)
    parts: list[str] = []
    for text, start, quote in _pieces(query.sql):
        match = _REFERENCE.fullmatch(text) if text.startswith("${") else None
        if match is None:
            parts.append(text)
            continue
        line = query.line + query.sql.count("\n", 0, start)
        other = queries.get(match[1])
        if other is None or match[1] in variables:
            value = _value(match[1], query, queries, variables, line)
            parts.append(_quoted(value, quote) if quote else _literal(value))
        elif other.name in path:
            circle = " -> ".join((*path[path.index(other.name) :], other.name))
            raise QueryError(f"the queries refer to each other in a circle: {circle}", query, line)
        else:
            parts.append(f"({compile_sql(other, queries, variables, path)})")
    return "".join(parts).strip().rstrip(";")


def _pieces(sql: str) -> Iterator[tuple[str, int, str]]:
    """Stretches of a query, where they begin, and the quote that they stand in."""
    quote, position = "", 0
    for match in _PIECE.finditer(sql):
        text = match.group()
        if text[0] in "'\"":
            quote = "" if quote == text else quote or text
        elif quote and not text.startswith("${"):
            continue
        yield sql[position : match.start()], position, quote
        yield text, match.start(), quote
        position = match.end()
    yield sql[position:], position, quote


def _value(
    reference: str,
    query: QuerySource,
    queries: Mapping[str, QuerySource],
    variables: Mapping[str, object],
    line: int,
) -> object:
    if reference in variables:
        return variables[reference]
    root = _ROOT.match(reference)
    values = variables.get(root[1]) if root else None
    if root and isinstance(values, Mapping):
        if root[2] is not None and root[2] not in values:
            near = did_you_mean(root[2], [str(name) for name in values])
            raise QueryError(f"${{{reference}}}: {root[1]} has no '{root[2]}'{near}", query, line)
        try:
            return evaluate(parse_expression(reference), variables.get)
        except ExpressionError as error:
            raise QueryError(f"${{{reference}}}: {error}", query, line) from error
    near = did_you_mean(reference, [*queries, *variables])
    raise QueryError(f"${{{reference}}} is not a query of this page{near}", query, line)


def _quoted(value: object, quote: str) -> str:
    return text_of(_alone(value)).replace(quote, quote * 2)


def _alone(value: object) -> object:
    """What an input or a period stands for when a query names none of its parts."""
    if not isinstance(value, Mapping):
        return value
    part = next((key for key in ("value", "name", "start") if key in value), None)
    return RawSql(value) if part is None else value[part]


def _literal(whole: object) -> str:  # noqa: PLR0911  one for each kind
    match value := _alone(whole):
        case None:
            return "NULL"
        case bool():
            return str(value).upper()
        case RawSql():
            return str(value)
        case int() | float():
            return str(value)
        case datetime():
            return f"TIMESTAMP {literal(value.isoformat())}"
        case date():
            return f"DATE {literal(value.isoformat())}"
        case Sequence() if not isinstance(value, str):
            return f"({', '.join(_literal(item) for item in value) or 'NULL'})"
    return literal(text_of(value))
