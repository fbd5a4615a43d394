"""What DuckDB would read from PostgreSQL inexactly and without a word, found by PostgreSQL itself.

`numeric` without a precision, or with more than 38 digits, arrives as a float: right up to 15
significant digits. NaN and infinity arrive as 0, whatever the precision (DuckDB 1.5.5).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from patron.errors import PatronError
from patron.sql import identifier, literal

MAX_PRECISION = 38
NUMERIC_COLUMNS = f"""
    SELECT n.nspname::TEXT AS schema_name, c.relname::TEXT AS table_name,
           a.attname::TEXT AS column_name,
           modifier.value = -1 OR ((modifier.value - 4) >> 16) > {MAX_PRECISION} AS is_float
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid,
    LATERAL (SELECT CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS value)
      AS modifier
    WHERE a.attnum > 0 AND NOT a.attisdropped
      AND 'numeric'::REGTYPE IN (a.atttypid, t.typbasetype)
"""
NOT_FINITE = "{column} IN ('NaN', 'Infinity', '-Infinity')"
NOT_A_NUMBER = "{column} = 'NaN'"
# The guard of the casts: a float ends at about 1e308.
TOO_LONG = (
    "CASE WHEN {column} <> 0 AND abs({column}) NOT BETWEEN 1e-300 AND 1e300 THEN TRUE "
    "ELSE {column} <> {column}::FLOAT8::NUMERIC END"
)


@dataclass(frozen=True)
class Scan:
    """What a query reads of one table: the columns it uses, and the rows DuckDB asks for."""

    table: str
    columns: tuple[str, ...]
    condition: str


def refuse_inexact(
    connection: duckdb.DuckDBPyConnection,
    database: str,
    select: str,
    tables: list[tuple[str, str]],
    where: str,
) -> None:
    """Refuse a query of which some number does not arrive as it is in the database.

    Args:
        connection: In the transaction of the read, so that both see the same rows.
        database: The name of the attached database.
        select: The query.
        tables: Schema and name of the tables it reads.
        where: Where it is declared, for messages.

    Raises:
        PatronError: With table, column and one of the values.
    """
    if not tables:
        return
    listed = ", ".join(f"({literal(schema)}, {literal(table)})" for schema, table in tables)
    numbers = _query(
        connection, database, f"{NUMERIC_COLUMNS} AND (n.nspname, c.relname) IN ({listed})"
    )
    for scan in _scans(connection, select) if numbers else ():
        for schema, table in tables:
            checks = {
                column: _check(identifier(column), is_float=is_float)
                for found_schema, found_table, column, is_float in numbers
                if (found_schema, found_table) == (schema, table)
                and table == scan.table
                and column in scan.columns
            }
            if checks:
                _refuse(connection, database, (schema, table), checks, scan.condition, where)


def _check(column: str, *, is_float: bool) -> str:
    if not is_float:
        return NOT_A_NUMBER.format(column=column)
    return f"({NOT_FINITE} OR {TOO_LONG})".format(column=column)


def _refuse(
    connection: duckdb.DuckDBPyConnection,
    database: str,
    table: tuple[str, str],
    checks: dict[str, str],
    condition: str,
    where: str,
) -> None:
    value = " ".join(
        f"WHEN {check} THEN {literal(name)} || ' ' || {identifier(name)}::TEXT"
        for name, check in checks.items()
    )
    query = (
        f"SELECT count(*) AS number, min(CASE {value} END) AS example FROM {identifier(*table)} "
        f"WHERE ({' OR '.join(checks.values())})"
    )
    try:
        rows = _query(connection, database, f"{query} AND ({condition})")
    except duckdb.Error:
        # DuckDB's way to write the condition is not PostgreSQL's: then the whole table is asked.
        rows = _query(connection, database, query)
    number, example = rows[0]
    if number:
        column, _, found = example.partition(" ")
        raise PatronError(
            f"{'.'.join(table)} has {number:,} row{'s' if number > 1 else ''} with a number that "
            f"cannot be read exactly, for instance {column} = {found[:60]}",
            where=where,
            remedy="correct it there, or select it as text inside PostgreSQL: FROM postgres_query("
            f"'{database}', $$ SELECT {identifier(column)}::TEXT, ... $$)",
        )


def _scans(connection: duckdb.DuckDBPyConnection, select: str) -> list[Scan]:
    """What DuckDB will ask PostgreSQL for."""
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {select}").fetchone()
    return [
        Scan(
            table=str(info["Table"]),
            columns=tuple(_listed(info.get("Projections", ()))),
            condition=" AND ".join(_listed(info.get("Filters", ()))) or "TRUE",
        )
        for info in _postgres_scans(json.loads(row[1]) if row else [])
    ]


def _postgres_scans(plan: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in plan:
        if node["name"].strip() == "POSTGRES_SCAN":
            yield node["extra_info"]
        yield from _postgres_scans(node["children"])


def _listed(value: Any) -> list[str]:
    """DuckDB writes one as a text and several as a list."""
    return [value] if isinstance(value, str) else list(value)


def _query(connection: duckdb.DuckDBPyConnection, database: str, query: str) -> list[Any]:
    return connection.execute(
        f"SELECT * FROM postgres_query({literal(database)}, {literal(query)})"
    ).fetchall()
