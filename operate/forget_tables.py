"""Putting pseudonyms in place of persons in the tables of a database: ours, of any age."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from ingest import erasure
from ingest.contract import Table, load_contract
from ingest.erasure import CONSENT, CUSTOMER
from operate.forget_people import Person
from operate.forget_values import Cleaner
from patron.sql import identifier, literal
from patron.warehouse import transaction

FORGOTTEN = identifier("temp", "forgotten")
# Plain texts of the run record that may quote ids.
_QUOTING = (("quality", "audit_results", "sample_keys"), ("quality", "model_runs", "error"))
_COLUMNS = """
SELECT schema_name, table_name, list(column_name)
FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, schema_name, table_name)
WHERE database_name = current_database() AND NOT temporary
  AND (column_name <> 'customer_id' OR data_type = 'VARCHAR')
GROUP BY ALL ORDER BY ALL
"""


def erase_warehouse(
    connection: duckdb.DuckDBPyConnection,
    cleaner: Cleaner,
    pseudonyms: erasure.Pseudonyms,
) -> int:
    """Erase persons from raw and from every table that SQLMesh keeps, in one transaction.

    Args:
        connection: The warehouse.
        cleaner: Knows the persons.
        pseudonyms: The shop's salt.

    Returns:
        How many rows named them.
    """
    erasure.set_salt(connection, pseudonyms)
    with transaction(connection):
        rows = erase_tables(connection, cleaner)
        rows += _erase_refused(connection, cleaner)
        _remember(connection, cleaner.people, pseudonyms, rows)
        if ("operate", "reconciled") in _tables(connection):
            connection.execute("DELETE FROM operate.reconciled")
    return rows


def erase_tables(connection: duckdb.DuckDBPyConnection, cleaner: Cleaner) -> int:
    """Erase persons from every table with a customer id, row keys and quotations of either."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE forgotten (customer_id VARCHAR, pseudonym VARCHAR)"
    )
    connection.executemany(
        "INSERT INTO forgotten VALUES (?, ?)",
        [(person.customer_id, person.pseudonym) for person in cleaner.people],
    )
    tables = _tables(connection)
    changed = 0
    for (schema, name), columns in tables.items():
        table = identifier(schema, name)
        if CUSTOMER in columns:
            changed += _erase_rows(connection, table, columns)
        if {"stream", "row_key"} <= columns:
            changed += _erase_keys(connection, table)
    for schema, name, column in _QUOTING:
        if column in tables.get((schema, name), ()):
            changed += _clean_column(connection, identifier(schema, name), column, cleaner)
    return changed


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], frozenset[str]]:
    rows = connection.execute(_COLUMNS).fetchall()
    return {(schema, table): frozenset(columns) for schema, table, columns in rows}


def _erase_rows(connection: duckdb.DuckDBPyConnection, table: str, columns: frozenset[str]) -> int:
    personal = {c.name for t in load_contract().tables for c in t.columns if c.personal}
    values = {CUSTOMER: "forgotten.pseudonym"}
    values |= dict.fromkeys(sorted(personal & columns), "NULL")
    values |= {CONSENT: "FALSE"} if CONSENT in columns else {}
    assigned = ", ".join(f"{identifier(name)} = {value}" for name, value in values.items())
    return _changed(
        connection,
        f"UPDATE {table} AS stored SET {assigned} FROM {FORGOTTEN} AS forgotten "
        f"WHERE stored.{CUSTOMER} = forgotten.{CUSTOMER}",
    )


def _erase_keys(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """The keys of rows of streams whose key is the customer's id."""
    streams = ", ".join(
        literal(table.name) for table in load_contract().tables if table.primary_key == (CUSTOMER,)
    )
    return _changed(
        connection,
        f"UPDATE {table} AS stored SET row_key = forgotten.pseudonym "
        f"FROM {FORGOTTEN} AS forgotten "
        f"WHERE stream IN ({streams}) AND row_key = forgotten.{CUSTOMER}",
    )


def _clean_column(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, cleaner: Cleaner
) -> int:
    quoted = identifier(column)
    texts = connection.execute(
        f"SELECT DISTINCT {quoted} FROM {table} WHERE {quoted} IS NOT NULL"
    ).fetchall()
    pairs = [
        (after, before) for (before,) in texts if (after := cleaner.quotation(before)) != before
    ]
    return sum(
        _changed(connection, f"UPDATE {table} SET {quoted} = ? WHERE {quoted} = ?", list(pair))
        for pair in pairs
    )


def _erase_refused(connection: duckdb.DuckDBPyConnection, cleaner: Cleaner) -> int:
    """Refused rows and unreadable lines that mention a person, in whatever stream."""
    rows = connection.execute(
        "SELECT rowid, stream, row_json, TRY_CAST(row_json AS JSON) ->> ? FROM raw.rejected_rows",
        [CUSTOMER],
    ).fetchall()
    by_id = {person.customer_id: person for person in cleaner.people}
    found: dict[str, list[tuple[int, str]]] = {}
    for rowid, stream, document, customer in rows:
        person = by_id.get(customer) or cleaner.person_in(document)
        if person:
            found.setdefault(stream, []).append((rowid, person.pseudonym))
    for stream, places in found.items():
        _replace_refused(connection, load_contract().table(stream), places)
    if found:
        _drop_equal_refused(connection)
    return sum(map(len, found.values()))


def _replace_refused(
    connection: duckdb.DuckDBPyConnection, table: Table, places: list[tuple[int, str]]
) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE refused (place BIGINT, pseudonym VARCHAR)")
    connection.executemany("INSERT INTO refused VALUES (?, ?)", places)
    document = erasure.erased_json(table, "stored.row_key", "stored.row_json", "refused.pseudonym")
    connection.execute(
        f"UPDATE raw.rejected_rows AS stored SET row_json = {document} "
        "FROM refused WHERE stored.rowid = refused.place"
    )


def _drop_equal_refused(connection: duckdb.DuckDBPyConnection) -> None:
    """Rows that only differed in what was erased are one row now, as when delivered again."""
    connection.execute(
        "DELETE FROM raw.rejected_rows WHERE rowid IN (SELECT rowid FROM raw.rejected_rows "
        "QUALIFY row_number() OVER (PARTITION BY stream, reason, row_json ORDER BY rowid) > 1)"
    )


def _remember(
    connection: duckdb.DuckDBPyConnection,
    people: Sequence[Person],
    pseudonyms: erasure.Pseudonyms,
    rows: int,
) -> None:
    """By hashes: of the id, and of the ids that queries make from the address."""
    for person in people:
        email = min(person.emails, default=None)
        email_hash = pseudonyms.hash_of(email) if email else None
        for known_as in (person.customer_id, *person.other_ids):
            connection.execute(
                "INSERT INTO raw.erasures SELECT ?, ?, ?, ?, now() AT TIME ZONE 'UTC', ?, NULL "
                "WHERE NOT EXISTS (FROM raw.erasures WHERE customer_hash = ?)",
                [
                    pseudonyms.hash_of(known_as),
                    person.pseudonym,
                    email_hash,
                    person.requested_at,
                    rows,
                    pseudonyms.hash_of(known_as),
                ],
            )


def _changed(
    connection: duckdb.DuckDBPyConnection, statement: str, values: list[Any] | None = None
) -> int:
    row = connection.execute(statement, values or []).fetchone()
    return int(row[0]) if row else 0
