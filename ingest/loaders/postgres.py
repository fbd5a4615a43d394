"""The `postgres` loader: a database attached read-only under the source's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import duckdb

from ingest.configs import PostgresSource
from ingest.loaders.base import Reading
from ingest.loaders.postgres_exact import refuse_inexact
from ingest.loaders.query import qualified_tables
from ingest.sources import Source
from patron.errors import PatronError
from patron.names import suggestion
from patron.postgres import attached
from patron.shop import Shop
from patron.sql import identifier, literal
from patron.warehouse import first_line

DEFAULT_SCHEMA = "public"
TABLES = """
    SELECT n.nspname::TEXT AS schema_name, c.relname::TEXT AS table_name,
           has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
             AS is_readable
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
LOST = re.compile(
    r"terminating connection|server closed the connection|connection (not open|to server)|"
    r"could not receive data|SSL (error|SYSCALL)|no connection to the server|statement timeout",
    re.IGNORECASE,
)


@contextmanager
def open_postgres(
    connection: duckdb.DuckDBPyConnection,
    shop: Shop,  # noqa: ARG001
    source: Source[PostgresSource],
) -> Iterator[PostgresReader]:
    """Open a source in a PostgreSQL database; it is detached afterwards."""
    dsn = source.config.dsn.get_secret_value()
    where = f"source '{source.name}': dsn"
    with attached(connection, source.name, dsn, where), _losing_the_server(source.name):
        yield PostgresReader(connection, source)


@contextmanager
def _losing_the_server(name: str) -> Iterator[None]:
    """Say so when a read broke off because the server went away."""
    try:
        yield
    except (PatronError, duckdb.Error) as error:
        cause = error if isinstance(error, duckdb.Error) else error.__cause__
        if not isinstance(cause, duckdb.Error) or not LOST.search(str(cause)):
            raise
        raise PatronError(
            f"the connection to the database was lost: {first_line(cause)}",
            where=f"source '{name}'",
            remedy="nothing of this stream was loaded; look into the server's log, then load again",
        ) from error


class PostgresReader:
    """The tables of one database."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, source: Source[PostgresSource]
    ) -> None:
        self._connection = connection
        self._source = source
        rows = connection.execute(
            f"SELECT * FROM postgres_query({literal(source.name)}, {literal(TABLES)})"
        ).fetchall()
        self._tables = {(schema, table): readable for schema, table, readable in rows}

    def reading(self, stream: str) -> Reading | None:
        """The stream's query; without one, the table of its name if there is one."""
        config = self._source.config.streams[stream]
        where = f"{self._source.where}.{stream}"
        continues = config.cursor is not None and self._has_been_read(stream)
        if config.select is None:
            select = self._default(stream, config.cursor if continues else None)
            if select is None:
                return None
        else:
            select = config.select.strip().rstrip(";")
        tables = self._read_by(select, where)
        # Pages in parallel for a whole table; an index can serve only one plain query.
        self._connection.execute(f"SET pg_use_ctid_scan = {not continues}")
        return Reading(select, verify=partial(self._verify, tables=tables, where=where))

    def unreadable(self) -> str | None:
        """Nothing: what a database holds can be read as rows."""

    def committed(self, stream: str) -> None:
        """Nothing: the rows stay where they are."""

    def _verify(self, select: str, *, tables: list[tuple[str, str]], where: str) -> None:
        """Refuse a read in which numbers may have lost digits; then read by pages again."""
        refuse_inexact(self._connection, self._source.name, select, tables, where)
        self._connection.execute("RESET pg_use_ctid_scan")

    def _default(self, stream: str, cursor: str | None) -> str | None:
        schema = self._source.config.schema_name
        if (schema, stream) not in self._tables:
            return None
        select = f"SELECT * FROM {identifier(self._source.name, schema, stream)}"
        return f"{select} WHERE {identifier(cursor)} >= @cursor" if cursor else select

    def _has_been_read(self, stream: str) -> bool:
        row = self._connection.execute(
            "SELECT count(*) FROM raw.cursors WHERE source = ? AND stream = ?",
            [self._source.name, stream],
        ).fetchone()
        return bool(row and row[0])

    def _read_by(self, select: str, where: str) -> list[tuple[str, str]]:
        """The tables that a query reads from this database; each exists and may be read."""
        known = {(schema.lower(), table.lower()): (schema, table) for schema, table in self._tables}
        found = []
        for catalog, schema, table in qualified_tables(self._connection, select, where):
            if not catalog and schema.lower() == self._source.name.lower():
                asked = (DEFAULT_SCHEMA, table)
            elif catalog.lower() == self._source.name.lower():
                asked = (schema, table)
            else:
                continue
            name = known.get((asked[0].lower(), asked[1].lower()))
            if name is None:
                raise self._missing(*asked, where)
            if not self._tables[name]:
                raise _forbidden(*name, where)
            found.append(name)
        return found

    def _missing(self, schema: str, table: str, where: str) -> PatronError:
        readable = sorted(
            f"{found[0]}.{found[1]}"
            for found, may_be_read in self._tables.items()
            if may_be_read and found[0] not in ("pg_catalog", "information_schema")
        )
        return PatronError(
            f"the query reads {schema}.{table}, which the database does not have",
            where=where,
            remedy=suggestion(f"{schema}.{table}", readable[:50]),
        )


def _forbidden(schema: str, table: str, where: str) -> PatronError:
    return PatronError(
        f"the database does not let its user read {schema}.{table}",
        where=where,
        remedy=f"there: GRANT USAGE ON SCHEMA {identifier(schema)} TO the_user; "
        f"GRANT SELECT ON {identifier(schema, table)} TO the_user",
    )
