"""What a load costs beside the plainest copy that DuckDB can make of the same source.

    python benchmarks/ingest.py --orders 1000000

The plain copy is `CREATE TABLE orders AS SELECT * FROM ...` into a database file. Every measurement
is a process of its own on a fresh database in a temporary folder; the copy and the load take turns,
and the best of the rounds counts for each. The seconds are those from an open database to the
commit, for the load as for the copy. PostgreSQL is a server that this script starts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from tests.support.postgres import Server, running_server  # noqa: E402

CHANGED = 1000
ORDERS = """
    SELECT 'O' || lpad(n::TEXT, 9, '0') AS order_id, 'C' || n % 100000 AS customer_id,
           TIMESTAMP '2020-01-01' + n * INTERVAL '2 minutes' AS ordered_at,
           (ARRAY['paid', 'shipped', 'delivered', 'cancelled'])[1 + n % 4] AS order_status,
           CAST(n % 100000 / 100.0 AS DECIMAL(18, 2)) AS order_amount,
           CAST(4.95 AS DECIMAL(18, 2)) AS shipping_amount,
           CAST(n % 1900 / 100.0 AS DECIMAL(18, 2)) AS tax_amount,
           CAST(n % 10 AS DECIMAL(18, 2)) AS discount_amount, CAST('EUR' AS TEXT) AS currency,
           CAST('card' AS TEXT) AS payment_method, CAST('standard' AS TEXT) AS shipping_method,
           CASE WHEN n % 7 = 0 THEN 'SPRING' END AS promo_code,
           CAST('DE' AS TEXT) AS shipping_country, CAST('BE' AS TEXT) AS shipping_state,
           TIMESTAMP '2020-01-01' + n * INTERVAL '2 minutes' AS updated_at
    FROM generate_series(1, {rows}) AS numbers(n)
"""
SOURCES = """
sources:
  csv: {{loader: files, path: {folder}, files: {{orders: orders.csv}}, streams: {{orders: }}}}
  parquet:
    {{loader: files, path: {folder}, files: {{orders: orders.parquet}}, streams: {{orders: }}}}
  postgres: {{loader: postgres, dsn: "${{SHOP_DSN}}", streams: {{orders: {{cursor: updated_at}}}}}}
"""
RELATIONS = {
    "csv": "read_csv('{folder}/orders.csv')",
    "parquet": "read_parquet('{folder}/orders.parquet')",
    "postgres": "shop_db.public.orders",
}
COPY = """
import os, sys, time
import duckdb
from patron.postgres import attached
connection = duckdb.connect(sys.argv[1])
connection.execute("SET enable_progress_bar = false")
def copy():
    started = time.perf_counter()
    connection.execute(f"CREATE TABLE orders AS SELECT * FROM {sys.argv[2]}")
    print(time.perf_counter() - started)
if sys.argv[2].startswith("shop_db"):
    with attached(connection, "shop_db", os.environ["SHOP_DSN"], "benchmark"):
        copy()
else:
    copy()
"""
LOAD = """
import json, sys
from pathlib import Path
from ingest.run import ingest_all
from patron.shop import find_shop
shop = find_shop(Path(sys.argv[1]))
shop.activate()
(load,) = ingest_all(shop, sources=[sys.argv[2]])
print(json.dumps(load.as_dict()))
"""


def child(code: str, *arguments: str) -> str:
    """Run code in a fresh process; gives the last line that it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def copy(folder: Path, source: str) -> float:
    """Seconds of the plain copy."""
    target = folder / "plain.duckdb"
    target.unlink(missing_ok=True)
    return float(child(COPY, str(target), RELATIONS[source].format(folder=folder)))


def load(folder: Path, source: str, *, fresh: bool = True) -> dict[str, float]:
    """What the load of one source did."""
    if fresh:
        for path in (folder / "shop" / "data").glob("warehouse.duckdb*"):
            path.unlink()
    started = time.perf_counter()
    found: dict[str, float] = json.loads(child(LOAD, str(folder / "shop"), source))
    return found | {"process": time.perf_counter() - started}


def write_sources(folder: Path, server: Server, database: str, rows: int) -> None:
    """The same orders as a table of PostgreSQL, as CSV and as Parquet; and a shop of them."""
    server.execute(
        f"CREATE TABLE orders AS {ORDERS.format(rows=rows)}",
        "ALTER TABLE orders ADD PRIMARY KEY (order_id)",
        "CREATE INDEX ON orders (updated_at)",
        "VACUUM ANALYZE orders",
        database=database,
    )
    with duckdb.connect() as connection:
        query = ORDERS.format(rows=rows).replace("ARRAY[", "[")
        connection.execute(f"CREATE TABLE orders AS {query}")
        connection.execute(f"COPY orders TO '{folder}/orders.csv'")
        connection.execute(f"COPY orders TO '{folder}/orders.parquet'")
    (folder / "shop").mkdir()
    sources = SOURCES.format(folder=folder)
    (folder / "shop" / "sources.yaml").write_text(sources, encoding="utf-8")


def compare(folder: Path, rows: int, rounds: int) -> None:
    """Print load and copy side by side."""
    print("| source | plain copy, rows/s | load, rows/s | load : copy |\n|---|---|---|---|")
    for source in RELATIONS:
        copied, loaded = [], []
        for _ in range(rounds):
            copied.append(copy(folder, source))
            loaded.append(load(folder, source)["seconds"])
        plain, ours = rows / min(copied), rows / min(loaded)
        print(f"| {source} | {plain:,.0f} | {ours:,.0f} | {ours / plain:.2f} |", flush=True)


def increments(folder: Path, server: Server, database: str, rounds: int) -> None:
    """Print what some changed rows cost, found by the cursor in PostgreSQL."""
    load(folder, "postgres")
    found = []
    for number in range(rounds):
        server.execute(
            f"UPDATE orders SET tax_amount = tax_amount + 1, updated_at = TIMESTAMP '2024-01-01' "
            f"+ {number} * INTERVAL '1 day' WHERE order_id IN "
            f"(SELECT order_id FROM orders ORDER BY md5(order_id) LIMIT {CHANGED})",
            database=database,
        )
        found.append(load(folder, "postgres", fresh=False))
    best = min(found, key=lambda one: one["process"])
    print(
        f"\n{best['rows_updated']:,} changed rows from PostgreSQL: {best['seconds']:.2f} s for the "
        f"stream, {best['process']:.2f} s with the start of the process and all else"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{options.orders:,} orders, best of {options.rounds} rounds, {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as name, running_server() as server:
        folder, database = Path(name), server.empty_database()
        os.environ["SHOP_DSN"] = server.dsn(database)
        write_sources(folder, server, database, options.orders)
        compare(folder, options.orders, options.rounds)
        increments(folder, server, database, options.rounds)


if __name__ == "__main__":
    main()
