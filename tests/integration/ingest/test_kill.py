"""Kill -9 at any moment of a load: each stream is as before or as after, and a rerun completes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.support.kills import survive_kills

pytestmark = pytest.mark.slow

STREAMS = ("orders", "order_items")
ROWS = 10_000
FILES = """
sources:
  shop_files:
    loader: files
    path: exports
    streams: {orders: , order_items: }
"""
POSTGRES = """
sources:
  shop_db:
    loader: postgres
    dsn: ${SHOP_DSN}
    streams:
      orders: {cursor: updated_at, deletes: full_compare}
      order_items: {deletes: full_compare}
"""


def tables(rows: int, status: str, version: str) -> dict[str, str]:
    """Orders and their items, in SQL; a tenth of the orders breaks the contract."""
    return {
        "orders": f"""
            SELECT 'O' || n AS order_id, CASE WHEN n % 10 <> 0 THEN 'C' END AS customer_id,
                   TIMESTAMP '2024-01-01' AS ordered_at, '{status}' AS order_status,
                   CAST(n % 100 AS DECIMAL(18, 2)) AS order_amount,
                   TIMESTAMP '{version}' AS updated_at
            FROM generate_series(1, {rows}) AS numbers(n)
        """,
        "order_items": f"""
            SELECT 'O' || n % 999 AS order_id, n AS line_number, 'P' AS product_id,
                   CASE WHEN '{status}' = 'paid' THEN 1 ELSE 2 END AS quantity,
                   CAST(1 AS DECIMAL(18, 2)) AS unit_price, TIMESTAMP '{version}' AS updated_at
            FROM generate_series(1, {rows}) AS numbers(n)
        """,
    }


FIRST = tables(ROWS, "paid", "2024-01-01")
SECOND = tables(ROWS * 3 // 2, "shipped", "2024-01-02")
FEWER = tables(ROWS * 3 // 4, "shipped", "2024-01-02")


def test_a_killed_load_of_files(shop, exports: Path, declare) -> None:
    def export(contents: dict[str, str]) -> None:
        with duckdb.connect() as connection:
            for stream, query in contents.items():
                connection.execute(f"COPY ({query}) TO '{exports / stream}.csv'")

    declare(FILES)
    export(FIRST)
    survive_kills(shop, STREAMS, lambda: export(SECOND))


def test_a_killed_load_from_postgresql(shop, declare, execute) -> None:
    def fill(contents: dict[str, str]) -> None:
        for stream, query in contents.items():
            execute(f"DROP TABLE IF EXISTS {stream}", f"CREATE TABLE {stream} AS {query}")

    declare(POSTGRES)
    fill(FIRST)
    survive_kills(shop, STREAMS, lambda: fill(FEWER))
