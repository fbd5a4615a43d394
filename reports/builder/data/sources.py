"""Putting queries together: `${other_query}` becomes a subquery, `${vars.x}` a literal."""

from __future__ import annotations

import re
from collections.abc import Mapping

from patron.sql import literal
from reports.builder.notices import did_you_mean
from reports.builder.page.nodes import QuerySource

_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")


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
        variables: The values behind `${vars.name}` and `${params.name}`.
        path: The queries that lead here.

    Raises:
        QueryError: For a reference to nothing, or one that leads back to itself.
    """
    path = (*path, query.name)

    def replace(match: re.Match[str]) -> str:
        reference = match[1]
        line = query.line + query.sql.count("\n", 0, match.start())
        if reference in variables:
            return _literal(variables[reference])
        other = queries.get(reference)
        if other is None:
            near = did_you_mean(reference, [*queries, *variables])
            raise QueryError(f"${{{reference}}} is not a query of this page{near}", query, line)
        if reference in path:
            circle = " -> ".join((*path[path.index(reference) :], reference))
            raise QueryError(f"the queries refer to each other in a circle: {circle}", query, line)
        return f"({compile_sql(other, queries, variables, path)})"

    return _REFERENCE.sub(replace, query.sql).strip().rstrip(";")


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    return str(value) if isinstance(value, int | float) else literal(str(value))
