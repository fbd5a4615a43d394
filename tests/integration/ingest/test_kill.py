"""Kill -9 at any moment of a load: each stream is as before or as after, and a rerun completes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from ingest.run import ingest_all
from patron.shop import Shop

pytestmark = pytest.mark.slow

KILLS = 8
STREAMS = ("orders", "order_items")
INGEST = (
    "from ingest.run import ingest_all; from patron.shop import find_shop; "
    "print(flush=True); ingest_all(find_shop()); print(flush=True)"
)
SOURCES = """
sources:
  files:
    loader: files
    path: exports
    streams: {orders: , order_items: }
"""


def write_exports(folder: Path, rows: int, status: str, version: str) -> None:
    """Orders and their items; a tenth of the rows breaks the contract."""
    orders = f"""
        SELECT 'O' || range AS order_id, IF(range % 10 = 0, NULL, 'C') AS customer_id,
               TIMESTAMP '2024-01-01' AS ordered_at, '{status}' AS order_status,
               CAST(range % 100 AS DECIMAL(18, 2)) AS order_amount, '{version}' AS updated_at
        FROM range({rows})
    """
    items = f"""
        SELECT 'O' || range % 999 AS order_id, range AS line_number, 'P' AS product_id,
               IF('{status}' = 'paid', 1, 2) AS quantity, CAST(1 AS DECIMAL(18, 2)) AS unit_price,
               '{version}' AS updated_at
        FROM range({rows})
    """
    with duckdb.connect() as connection:
        for stream, query in zip(STREAMS, (orders, items), strict=True):
            connection.execute(f"COPY ({query}) TO '{folder / stream}.csv'")


def contents(shop: Shop) -> dict[str, object]:
    """A fingerprint of what each stream has written, rejected rows included."""
    with duckdb.connect(str(shop.warehouse)) as connection:
        return {
            stream: connection.execute(
                f"""
                SELECT count(*), bit_xor(hash(COLUMNS(* EXCLUDE (_batch_id, _loaded_at)))),
                       (SELECT count(*) FROM raw.rejected_rows WHERE stream = '{stream}'),
                       (SELECT count(DISTINCT row_json) FROM raw.rejected_rows
                        WHERE stream = '{stream}')
                FROM raw.{stream}
                """
            ).fetchone()
            for stream in STREAMS
        }


def logged(shop: Shop) -> list[str]:
    with duckdb.connect(str(shop.warehouse)) as connection:
        rows = connection.execute(
            "SELECT stream FROM raw.load_log "
            "WHERE rows_read = rows_inserted + rows_updated + rows_unchanged + rows_rejected "
            "ORDER BY batch_id"
        ).fetchall()
    return [row[0] for row in rows]


def start() -> subprocess.Popen[bytes]:
    child = subprocess.Popen([sys.executable, "-c", INGEST], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    return child


def test_a_killed_load_is_whole_or_not_there(shop, exports, declare) -> None:
    declare(SOURCES)
    write_exports(exports, 40_000, "paid", "2024-01-01")
    ingest_all(shop)
    before = contents(shop)
    copy = shop.root / "before.duckdb"
    shutil.copy(shop.warehouse, copy)
    write_exports(exports, 60_000, "shipped", "2024-01-02")

    child = start()
    started = time.monotonic()
    assert child.stdout is not None
    child.stdout.readline()
    lasted = time.monotonic() - started
    child.communicate()
    after = contents(shop)
    assert logged(shop) == [*STREAMS, *STREAMS]
    assert before != after

    seen = set()
    for number in range(KILLS):
        for file in shop.data.glob("warehouse.duckdb*"):
            file.unlink()
        shutil.copy(copy, shop.warehouse)
        child = start()
        time.sleep(lasted * number / KILLS)
        child.kill()
        child.communicate()
        found = contents(shop)
        done = logged(shop)[2:]
        seen.add(len(done))
        for stream in STREAMS:
            assert found[stream] == (after if stream in done else before)[stream]
        ingest_all(shop)
        assert contents(shop) == after
    assert 0 in seen, "no kill came before the first commit"
