"""Writing the published copy: tables with their comments, what it is a copy of, and the swap."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from operate import publish_days
from operate.monitor.store import copy_tables
from operate.publish_days import Daily, Spans
from operate.record import now
from patron.durable import flush
from patron.shop import Shop
from patron.sql import identifier, literal
from patron.warehouse import attach

SCHEMAS = ("marts", "ml", "quality")
COPY = "published_copy"
PLAIN_TABLES = (("quality", "model_runs"), ("quality", "audit_results"))


# In the order of their grain, the same rows give the same file. Sorting a large wide table costs
# three times as much as copying it.
SORTED_BELOW_ROWS = 200_000


@dataclass(frozen=True)
class Item:
    """One table of the published copy.

    Attributes:
        marker: Changes whenever the rows, columns or descriptions may have changed.
        order_by: The grain, so that the same rows give the same file.
        row_estimate: About how many rows it has, to choose how to publish.
        shape: Changes with its columns and with the table behind it.
        daily: The table that is built day by day and that it follows, if there is one.
        is_history: It shows what happened, which changes without a build of it.
    """

    schema: str
    name: str
    marker: str
    order_by: tuple[str, ...]
    row_estimate: int
    shape: str
    daily: Daily | None
    is_history: bool = False

    @property
    def key(self) -> str:
        """The dotted name."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Change:
    """A table to be written.

    Attributes:
        item: Which one.
        spans: The days to copy; None to copy it whole.
        rows: About how many rows that are.
    """

    item: Item
    spans: Spans | None
    rows: int


def write(
    cursor: Any, shop: Shop, changes: Sequence[Change], gone: set[str], run_id: str, *, reuse: bool
) -> None:
    """Write the changed tables into a copy beside the one that readers have, and swap it in.

    Args:
        cursor: The warehouse's.
        shop: Whose copy to write.
        changes: What to write.
        gone: Tables that the copy has and that are no more.
        run_id: The run whose result this is.
        reuse: Begin with what the copy of before has.
    """
    target = shop.published.with_name(shop.published.name + ".tmp")
    _remove(target)
    if reuse:
        shutil.copyfile(shop.published, target)
    with _attached(cursor, target):
        for schema in SCHEMAS:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {identifier(COPY, schema)}")
        for key in gone:
            cursor.execute(f"DROP TABLE IF EXISTS {identifier(COPY, *key.split('.', 1))}")
        for change in changes:
            _copy(cursor, change)
        for schema, name in PLAIN_TABLES:
            _copy_table(cursor, schema, name, ())
        copy_tables(cursor, shop, COPY)
        _describe_publication(cursor, run_id, [change.item for change in changes], gone)
        cursor.execute(f"CHECKPOINT {identifier(COPY)}")
    flush(target)
    target.replace(shop.published)
    flush(shop.published.parent)


def _copy(cursor: Any, change: Change) -> None:
    item = change.item
    if change.spans is not None and item.daily is not None:
        source, copy = identifier(item.schema, item.name), identifier(COPY, item.schema, item.name)
        if publish_days.copy_days(cursor, source, copy, item.daily.column, change.spans):
            return
    order_by = item.order_by if item.row_estimate < SORTED_BELOW_ROWS else ()
    _copy_table(cursor, item.schema, item.name, order_by)


@contextmanager
def _attached(cursor: Any, path: Path) -> Iterator[None]:
    with suppress(duckdb.Error):
        cursor.execute(f"DETACH DATABASE IF EXISTS {identifier(COPY)}")
    attach(cursor, path, COPY)
    try:
        yield
    finally:
        cursor.execute(f"DETACH {identifier(COPY)}")


def _copy_table(cursor: Any, schema: str, name: str, order_by: Sequence[str]) -> None:
    source, copy = identifier(schema, name), identifier(COPY, schema, name)
    order = f" ORDER BY {', '.join(identifier(column) for column in order_by)}" if order_by else ""
    cursor.execute(f"CREATE OR REPLACE TABLE {copy} AS SELECT * FROM {source}{order}")
    comments = cursor.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = current_database()"
        " AND schema_name = ? AND table_name = ? AND comment IS NOT NULL ORDER BY column_index",
        [schema, name],
    ).fetchall()
    statements = [
        f"COMMENT ON COLUMN {copy}.{identifier(column)} IS {literal(text)}"
        for column, text in comments
    ]
    table_comment = cursor.execute(
        "SELECT comment FROM (SELECT database_name, schema_name, view_name AS name, comment FROM"
        " duckdb_views() UNION ALL SELECT database_name, schema_name, table_name, comment FROM"
        " duckdb_tables()) WHERE database_name = current_database() AND schema_name = ?"
        " AND name = ? AND comment IS NOT NULL",
        [schema, name],
    ).fetchone()
    if table_comment:
        statements.append(f"COMMENT ON TABLE {copy} IS {literal(table_comment[0])}")
    if statements:
        cursor.execute(";\n".join(statements))


def _describe_publication(cursor: Any, run_id: str, items: Sequence[Item], gone: set[str]) -> None:
    manifest_table = identifier(COPY, "quality", "publication_items")
    cursor.execute(
        f"CREATE TABLE IF NOT EXISTS {manifest_table}"
        " (item VARCHAR, marker VARCHAR, published_at TIMESTAMP, shape VARCHAR, batch BIGINT)"
    )
    batch = publish_days.last_batch(cursor)
    written = [(item.key, item.marker, now(), item.shape, batch) for item in items]
    for key in [*gone, *(item.key for item in items)]:
        cursor.execute(f"DELETE FROM {manifest_table} WHERE item = ?", [key])
    if written:
        cursor.executemany(f"INSERT INTO {manifest_table} VALUES (?, ?, ?, ?, ?)", written)
    cursor.execute(
        f"CREATE OR REPLACE TABLE {identifier(COPY, 'quality', 'publication')} AS SELECT"
        " ?::TIMESTAMP AS published_at, ?::VARCHAR AS run_id, ?::DATE AS as_of_date,"
        " ?::TIMESTAMP AS last_loaded_at, ?::BIGINT AS failed_audits, 'prod' AS environment",
        [
            now(),
            run_id,
            _value(cursor, "SELECT MAX(as_of_date) FROM intermediate.int_as_of"),
            _value(cursor, "SELECT MAX(finished_at) FROM raw.load_log"),
            _value(cursor, _FAILED_AUDITS),
        ],
    )


_FAILED_AUDITS = """
SELECT COUNT(*) FROM (
  SELECT failed_rows FROM quality.audit_results WHERE environment = 'prod'
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY model, audit, arguments ORDER BY audited_at DESC, run_id DESC
  ) = 1
) AS latest WHERE failed_rows > 0
"""


def _value(cursor: Any, query: str) -> object:
    """A single value, or None where the shop has no such table yet."""
    try:
        row = cursor.execute(query).fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
