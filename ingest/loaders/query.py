"""What a declared query reads, as DuckDB itself parses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from patron.errors import PatronError


def referenced(
    connection: duckdb.DuckDBPyConnection, select: str, where: str
) -> tuple[list[str], set[str]]:
    """The unqualified table names in a query, and those that it defines itself.

    A name may be both: `WITH orders AS (SELECT * FROM orders) ...` reads a table of its name.

    Raises:
        PatronError: If it is not one SELECT.
    """
    nodes = _parsed(connection, select, where)
    local = {entry["key"] for node in nodes for entry in node.get("cte_map", {}).get("map", ())}
    names = (node["table_name"] for node in nodes if _is_unqualified_table(node))
    return list(dict.fromkeys(names)), local


def qualified_tables(
    connection: duckdb.DuckDBPyConnection, select: str, where: str
) -> list[tuple[str, str, str]]:
    """Catalog, schema and name of the tables that a query names with at least their schema.

    Raises:
        PatronError: If it is not one SELECT.
    """
    found = (
        (node.get("catalog_name") or "", node["schema_name"], node["table_name"])
        for node in _parsed(connection, select, where)
        if node.get("type") == "BASE_TABLE" and node.get("schema_name")
    )
    return list(dict.fromkeys(found))


def _parsed(connection: duckdb.DuckDBPyConnection, select: str, where: str) -> list[dict[str, Any]]:
    """Every object in the parsed query."""
    row = connection.execute("SELECT json_serialize_sql(CAST(? AS VARCHAR))", [select]).fetchone()
    parsed = json.loads(row[0]) if row else {}
    if parsed.get("error") or len(parsed.get("statements", ())) != 1:
        message = parsed.get("error_message", "it holds several statements").splitlines()[0]
        raise PatronError(
            f"the query is not one SELECT: {message}", where=where, remedy="correct the SQL there"
        )
    return list(_nodes(parsed))


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object in a parsed query."""
    if isinstance(tree, dict):
        yield tree
    for inner in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(inner, dict | list):
            yield from _nodes(inner)


def _is_unqualified_table(node: dict[str, Any]) -> bool:
    return node.get("type") == "BASE_TABLE" and not node.get("schema_name")
