"""The data of an imported project: DuckDB, CSV and Parquet files become tables in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import yaml

from patron.sql import identifier, literal
from patron.warehouse import first_line

_READERS = {".csv": "read_csv", ".parquet": "read_parquet", ".json": "read_json"}


@dataclass
class Sources:
    """What could be read, and what could not.

    Attributes:
        schemas: The sources, whose tables pages name `source.table`.
        tables: How many tables there are.
        unread: Sources that pages cannot use, with the reason.
        problems: Single tables that could not be made, with the reason.
    """

    schemas: list[str] = field(default_factory=list)
    tables: int = 0
    unread: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def load_sources(connection: duckdb.DuckDBPyConnection, project: Path) -> Sources:
    """Make the tables of a project's sources, reading nothing outside of the project.

    Args:
        connection: An empty database in memory.
        project: The project's folder.
    """
    folder = str(project.resolve()) + "/"
    connection.execute(f"SET allowed_directories = [{literal(folder)}]")
    connection.execute("SET enable_external_access = false")
    found = Sources()
    for place in sorted((project / "sources").glob("*/")):
        _load(connection, place, found)
    return found


def _load(connection: duckdb.DuckDBPyConnection, place: Path, found: Sources) -> None:
    name = place.name
    settings = _settings(place)
    kind = str(settings.get("type") or "csv")
    if kind not in ("duckdb", "csv"):
        found.unread[name] = f"it is of the kind '{kind}', which is not read"
        return
    connection.execute(f"CREATE SCHEMA {identifier(name)}")
    if kind == "duckdb":
        problem = _attach(connection, place, settings)
        if problem:
            found.unread[name] = problem
            return
    found.schemas.append(name)
    for table, sql in _tables(connection, place, kind):
        try:
            _create(connection, (name, table), sql, attached=kind == "duckdb")
            found.tables += 1
        except duckdb.Error as error:
            found.problems.append(f"sources/{name}: {table}: {first_line(error)}")
    if kind == "duckdb":
        connection.execute("USE memory.main")
        connection.execute(f"DETACH {identifier('file ' + name)}")


def _settings(place: Path) -> dict[str, object]:
    file = place / "connection.yaml"
    try:
        found = yaml.safe_load(file.read_text("utf-8")) if file.is_file() else {}
    except (yaml.YAMLError, UnicodeDecodeError):
        return {"type": "unreadable connection.yaml"}
    return found if isinstance(found, dict) else {}


def _attach(
    connection: duckdb.DuckDBPyConnection, place: Path, settings: dict[str, object]
) -> str | None:
    """Open a source's database file; the reason if that cannot be done."""
    options = settings.get("options")
    given = options.get("filename") if isinstance(options, dict) else None
    file = (place / str(given or "")).resolve()
    if not given or not file.is_file():
        return f"there is no database file {given or 'named in connection.yaml'}"
    alias = identifier("file " + place.name)
    try:
        connection.execute(f"ATTACH {literal(str(file))} AS {alias} (READ_ONLY)")
    except duckdb.Error as error:
        return f"{file.name} cannot be opened: {first_line(error)}"
    return None


def _tables(
    connection: duckdb.DuckDBPyConnection, place: Path, kind: str
) -> Iterator[tuple[str, str]]:
    """Names of tables and the SQL that makes them; the project's own SQL files come last."""
    if kind == "csv":
        for file in sorted(place.rglob("*")):
            if reader := _READERS.get(file.suffix.lower()):
                yield file.stem, f"SELECT * FROM {reader}({literal(str(file.resolve()))})"
    scripts = sorted(place.rglob("*.sql"))
    if kind == "duckdb" and not scripts:
        rows = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ?",
            ["file " + place.name],
        ).fetchall()
        for schema, table in sorted(rows):
            yield table, f"SELECT * FROM {identifier('file ' + place.name, schema, table)}"
    for file in scripts:
        yield file.stem, file.read_text("utf-8").strip().rstrip(";")


def _create(
    connection: duckdb.DuckDBPyConnection, name: tuple[str, str], sql: str, *, attached: bool
) -> None:
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise duckdb.InvalidInputException("a source's SQL is exactly one SELECT")
    connection.execute(f"USE {identifier('file ' + name[0])}" if attached else "USE memory.main")
    table = identifier("memory", *name)
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS {sql}")
