"""The shop's own database: PostgreSQL tables that hold the latest version of each delivered row."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from patron.errors import PatronError, UsageError
from patron.postgres import attached
from patron.sql import identifier, literal
from patron.warehouse import first_line
from simulate.files import open_engine
from simulate.state import Folders, read_state
from simulate.stream import Stream
from simulate.streams import STREAMS

DATABASE, SCHEMA = "shop_db", "public"
DELIVERIES = "simulated_deliveries"
INCOMING = "simulated_incoming"
SQL_TYPES = {
    "DOUBLE": "DOUBLE PRECISION",
    "UTINYINT": "SMALLINT",
    "TINYINT": "SMALLINT",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "TIMESTAMP": "TIMESTAMPTZ",
}


def fill(folders: Folders, variable: str, *, force: bool = False) -> dict[str, int]:
    """Bring the deliveries that a database does not have yet into its tables.

    Each delivery is one transaction. Rows are updated in place, as a shop does it: the tables
    hold neither duplicates nor earlier versions.

    Args:
        folders: Where the shop is.
        variable: The environment variable that holds the connection string.
        force: Whether to replace another simulated shop that is there.

    Returns:
        Rows written, per stream.

    Raises:
        PatronError: If the database cannot be reached or holds something else.
    """
    dsn = os.environ.get(variable)
    if not dsn:
        raise UsageError(
            f"the environment variable {variable} is not set",
            where="--postgres-env",
            remedy=f"export {variable}=postgresql://user:password@host/database",
        )
    spec = read_state(folders).spec
    if spec.file_format != "parquet":
        raise UsageError(
            "a database is filled from Parquet files, which know the types of their columns",
            where=str(folders.out),
            remedy="make the shop with '--format parquet'",
        )
    where = f"environment variable {variable}"
    with (
        open_engine() as engine,
        attached(engine, DATABASE, dsn, where, read_only=False),
    ):
        database = ShopDatabase(engine, folders.out, json.dumps(spec.to_json(), sort_keys=True))
        try:
            database.prepare(force=force)
            return database.deliver()
        except duckdb.Error as error:
            raise PatronError(
                f"the shop's database cannot be written: {first_line(error)}",
                where=where,
                remedy="see what the server says, then run the same command again",
            ) from error


class ShopDatabase:
    """The tables of one simulated shop in an attached database."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, files: Path, shop: str) -> None:
        self._engine = engine
        self._files = files
        self._shop = shop

    def prepare(self, *, force: bool) -> None:
        """Make the tables, unless they are there.

        Raises:
            PatronError: If there are tables of the same names that are not this shop's.
        """
        names = [*(stream.name for stream in STREAMS), DELIVERIES]
        present = {str(row[0]) for row in self._query(_present(names))}
        owners = {row[0] for row in self._query(_owners())} if DELIVERIES in present else set()
        if owners == {self._shop}:
            return
        if present and not (force and owners):
            held = "another simulated shop" if owners else f"a table '{min(present)}' already"
            raise PatronError(
                f"the database holds {held}",
                where=f"schema {SCHEMA}",
                remedy="use an empty database"
                + (", or make the shop again with --force to replace it" if owners else ""),
            )
        with self._transaction():
            for name in present:
                self._execute(f"DROP TABLE {identifier(SCHEMA, name)}")
            self._execute(
                f"CREATE TABLE {identifier(SCHEMA, DELIVERIES)} "
                "(batch INTEGER PRIMARY KEY, shop TEXT NOT NULL)"
            )
            self._note(-1)
            for stream in STREAMS:
                self._create(stream)

    def deliver(self) -> dict[str, int]:
        """Bring in the deliveries that are not there yet, oldest first."""
        done: int = max(row[0] for row in self._query(_batches()))
        batches = {int(path.name[:4]) for stream in STREAMS for path in self._paths(stream)}
        written = {stream.name: 0 for stream in STREAMS}
        for batch in sorted(batch for batch in batches if batch > done):
            with self._transaction():
                for stream in STREAMS:
                    written[stream.name] += self._bring(stream, batch)
                self._note(batch)
        return written

    def _note(self, batch: int) -> None:
        self._execute(
            f"INSERT INTO {identifier(SCHEMA, DELIVERIES)} VALUES ({batch}, {literal(self._shop)})"
        )

    def _create(self, stream: Stream) -> None:
        listed = ", ".join(
            f"{identifier(name)} {SQL_TYPES.get(kind, kind)}"
            for name, kind in self._columns(stream).items()
        )
        table = identifier(SCHEMA, stream.name)
        self._execute(f"CREATE TABLE {table} ({listed}, PRIMARY KEY ({_listed(stream.key)}))")
        self._execute(f"CREATE INDEX ON {table} ({identifier(stream.moment)})")

    def _columns(self, stream: Stream) -> dict[str, str]:
        """The columns as they are delivered; what is written with an offset is a moment as well."""
        first = [path for path in self._paths(stream) if path.name[:4] == "0000"]
        described = self._engine.execute(
            f"DESCRIBE SELECT * EXCLUDE (filename, file_row_number) FROM ({_read(first)})"
        ).fetchall()
        return {name: "TIMESTAMP" if name.endswith("_at") else kind for name, kind, *_ in described}

    def _bring(self, stream: Stream, batch: int) -> int:
        """Insert the rows of a delivery, or update them where they are there and older."""
        paths = [path for path in self._paths(stream) if int(path.name[:4]) == batch]
        if not paths:
            return 0
        columns = self._columns(stream)
        incoming = identifier(DATABASE, SCHEMA, INCOMING)
        values = ", ".join(
            f"CAST({identifier(name)} AS {'TIMESTAMPTZ' if kind == 'TIMESTAMP' else kind}) "
            f"AS {identifier(name)}"
            for name, kind in columns.items()
        )
        self._engine.execute(
            f"CREATE TABLE {incoming} AS SELECT {values} FROM ({_read(paths)}) "
            f"QUALIFY row_number() OVER (PARTITION BY {_listed(stream.key)} "
            f"ORDER BY {identifier(stream.moment)} DESC, filename DESC, file_row_number DESC) = 1"
        )
        row = self._engine.execute(f"SELECT count(*) FROM {incoming}").fetchone()
        self._execute(_upsert(stream, list(columns)))
        self._engine.execute(f"DROP TABLE {incoming}")
        return int(row[0]) if row else 0

    def _paths(self, stream: Stream) -> list[Path]:
        return sorted((self._files / stream.name).glob("[0-9]*.parquet"))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._engine.begin()
        try:
            yield
        except BaseException:
            self._engine.rollback()
            raise
        self._engine.commit()

    def _execute(self, statement: str) -> None:
        self._engine.execute(f"CALL postgres_execute('{DATABASE}', {literal(statement)})")

    def _query(self, select: str) -> list[tuple[Any, ...]]:
        return self._engine.execute(
            f"SELECT * FROM postgres_query('{DATABASE}', {literal(select)})"
        ).fetchall()


def _upsert(stream: Stream, columns: list[str]) -> str:
    target, moment = identifier(stream.name), identifier(stream.moment)
    content = [name for name in columns if name not in stream.key]
    changes = ", ".join(f"{identifier(name)} = EXCLUDED.{identifier(name)}" for name in content)
    return (
        f"INSERT INTO {identifier(SCHEMA, stream.name)} AS {target} ({_listed(columns)}) "
        f"SELECT {_listed(columns)} FROM {identifier(SCHEMA, INCOMING)} "
        f"ON CONFLICT ({_listed(stream.key)}) DO UPDATE SET {changes} "
        f"WHERE EXCLUDED.{moment} >= {target}.{moment}"
    )


def _read(paths: Iterable[Path]) -> str:
    listed = ", ".join(literal(str(path)) for path in paths)
    return f"SELECT * FROM read_parquet([{listed}], filename = true, file_row_number = true)"


def _present(names: list[str]) -> str:
    listed = ", ".join(map(literal, names))
    return (
        "SELECT table_name::TEXT FROM information_schema.tables "
        f"WHERE table_schema = {literal(SCHEMA)} AND table_name IN ({listed})"
    )


def _owners() -> str:
    return f"SELECT DISTINCT shop FROM {identifier(SCHEMA, DELIVERIES)}"


def _batches() -> str:
    return f"SELECT batch FROM {identifier(SCHEMA, DELIVERIES)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(identifier(name) for name in names)
