"""What looking for late data costs, and building again what a refund of an old order makes stale.

    python benchmarks/reconcile.py --customers 100000 --orders 1000000

Every step is a process of its own on a fresh simulated shop in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import duckdb
from main_job import measure

REFUND = """
UPDATE raw.orders SET order_status = 'refunded' WHERE order_id = (
  SELECT MIN(order_id) FROM raw.orders
  WHERE order_status = 'delivered' AND ordered_at::DATE = (
    SELECT MAX(ordered_at)::DATE - 60 FROM raw.orders
  )
)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--orders", type=int, default=100_000)
    options = parser.parse_args()
    size = ["--customers", str(options.customers), "--orders", str(options.orders)]
    skipped = [f"--skip={step}" for step in ("ingest", "train", "score", "report")]
    print(f"{options.customers:,} customers, {options.orders:,} orders, {os.cpu_count()} cores\n")
    print("| step | wall s | CPU s | peak MB |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        for name, arguments in (
            ("simulate", ["simulate", *size, "--days", "1095"]),
            ("init", ["init", "--mapping", "shop_simulator", "--path", "data/shop"]),
            ("ingest", ["ingest"]),
            ("build everything", ["run", "--only", "transform"]),
            ("reconcile for the first time", ["reconcile"]),
            ("reconcile, nothing is stale", ["reconcile"]),
            ("in a cycle where nothing was loaded", ["run", *skipped]),
            ("reconcile after a refund of an order of 60 days ago", ["reconcile"]),
        ):
            if "refund" in name:
                with duckdb.connect(str(shop / "data" / "warehouse.duckdb")) as connection:
                    connection.execute(REFUND)
            cost = measure(shop, arguments)
            print(
                f"| {name} | {cost.wall_seconds:.1f} | {cost.cpu_seconds:.1f} "
                f"| {cost.peak_megabytes:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
