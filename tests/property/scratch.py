"""A build from scratch that is plain: each model's query as one CREATE TABLE, parents first.

It knows nothing of intervals, state, audits or runs, so what it gives is what the models say. Its
SQL is rendered once, for the last day of the histories. Models made by Python (predictions without
a trained model, registries, profiles) are taken from the shop and not compared, nor is what shows
the history of runs and loads.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp
from streams import LAST_DAY

from operate import transform
from operate.publish import HISTORY
from operate.reconcile_models import is_daily, is_whole, load_production, name_of
from patron.shop import Shop

SCHEMAS = ("seeds", "staging", "intermediate", "marts", "ml", "quality")
# The catalog that the views of a shop's warehouse name.
WAREHOUSE = "warehouse"
Rows = list[tuple[Any, ...]]


class Scratch:
    """The statements that build everything, the names of what they build, and of what is built
    weekly or reads such.

    No dataclass: Hypothesis would print all of it.
    """

    def __init__(
        self, statements: tuple[str, ...], tables: tuple[str, ...], weekly: frozenset[str]
    ) -> None:
        self.statements = statements
        self.tables = tables
        self.weekly = weekly

    @classmethod
    def of(cls, shop: Shop) -> Scratch:
        """From the models of a shop's production."""
        statements, tables = [], []
        records: set[str] = set()
        weekly: set[str] = set()
        with transform.open_context(shop) as context:
            production = load_production(context, f"{LAST_DAY.isoformat()}T01:00:00")
            assert production is not None
            for snapshot in production.snapshots.values():
                if snapshot.is_external or HISTORY in snapshot.model.tags:
                    continue
                statements.append(_statement(snapshot))
                is_weekly = is_whole(snapshot) and not is_daily(snapshot)
                if is_weekly or any(one.name in weekly for one in snapshot.parents):
                    weekly.add(snapshot.name)
                if _is_record(snapshot, records):
                    records.add(snapshot.name)
                elif snapshot.model.is_sql:
                    tables.append(name_of(snapshot))
            names = frozenset(name_of(production.snapshots[name]) for name in weekly)
        return cls(tuple(statements), tuple(tables), names)

    def build(self, warehouse: Path) -> dict[str, Rows]:
        """The tables as built from the raw tables of a warehouse."""
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
            for schema in SCHEMAS:
                connection.execute(f"CREATE SCHEMA {schema}")
            take_raw(connection, warehouse, WAREHOUSE)
            for statement in self.statements:
                connection.execute(statement)
            return contents(connection, self.tables)


def copy_raw(warehouse: Path, other: Path) -> None:
    """Make a new warehouse with the raw tables of another."""
    with duckdb.connect(str(other)) as connection:
        take_raw(connection, warehouse)


def take_raw(connection: duckdb.DuckDBPyConnection, warehouse: Path, catalog: str = "shop") -> None:
    """Copy the raw tables of a warehouse, which is attached as a catalog."""
    connection.execute(f"ATTACH '{warehouse}' AS {catalog} (READ_ONLY); CREATE SCHEMA raw")
    listed = connection.execute(
        "SELECT table_name FROM duckdb_tables()"
        f" WHERE database_name = '{catalog}' AND schema_name = 'raw'"
    ).fetchall()
    for (name,) in listed:
        connection.execute(f"CREATE TABLE raw.{name} AS FROM {catalog}.raw.{name}")


def contents(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> dict[str, Rows]:
    """The rows of each table in a fixed order."""
    return {
        name: connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in tables
    }


def _is_record(snapshot: Any, records: set[str]) -> bool:
    """Whether a table holds versions that runs saw, which raw cannot tell, or shows one."""
    shows = snapshot.model.kind.is_view and any(one.name in records for one in snapshot.parents)
    return bool(snapshot.model.kind.is_scd_type_2 or shows)


def _statement(snapshot: Any) -> str:
    model = snapshot.model
    kind = "VIEW" if model.kind.is_view else "TABLE"
    is_python = not model.is_sql and not model.is_seed
    query = f"SELECT * FROM {WAREHOUSE}.{name_of(snapshot)}" if is_python else _query(model)
    return f"CREATE {kind} {name_of(snapshot)} AS {query}"


def _query(model: Any) -> str:
    if model.is_seed:
        # A seed without rows has no frame.
        return _values(
            model, [row for frame in model.render_seed() for row in frame.to_dict("records")]
        )
    if model.kind.is_scd_type_2:
        return _values(model, [])
    moment = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, tzinfo=UTC)
    query = model.render_query_or_raise(
        start="2000-01-01", end=moment, execution_time=moment + timedelta(hours=1)
    )
    for table in query.find_all(exp.Table):
        table.set("catalog", None)
    sql: str = query.sql(dialect="duckdb")
    return sql


def _values(model: Any, rows: list[dict[str, Any]]) -> str:
    """A SELECT of given rows, or of none, with the model's columns and types."""
    columns = model.columns_to_types_or_raise
    select = "SELECT " + ", ".join(
        f"CAST({{}} AS {kind.sql('duckdb')}) AS {name}" for name, kind in columns.items()
    )
    if not rows:
        return select.format(*("NULL" for _ in columns)) + " LIMIT 0"
    return " UNION ALL ".join(
        select.format(*(exp.convert(row[name]).sql("duckdb") for name in columns)) for row in rows
    )
