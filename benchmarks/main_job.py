"""What each step of the main job costs.

    python benchmarks/main_job.py --customers 10000 --orders 100000

Every step is a process of its own on a fresh shop in a temporary folder, so nothing is warm but the
operating system's file cache. Prints wall seconds, processor seconds and peak memory per step.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

from cost import PATRON, measure


def steps(customers: int, orders: int, days: int) -> list[tuple[str, list[str]]]:
    """The main job, step by step, then a day more and a cycle with nothing to do."""
    size = ["--customers", str(customers), "--orders", str(orders), "--days", str(days)]
    tomorrow = time.strftime("%Y-%m-%dT06:00:00", time.gmtime(time.time() + 86400))
    return [
        ("simulate", ["simulate", *size]),
        ("init", ["init", "--mapping", "shop_simulator", "--path", "data/shop"]),
        ("ingest", ["run", "--only", "ingest"]),
        ("models", ["run", "--only", "transform"]),
        ("train", ["run", "--only", "train"]),
        ("score", ["run", "--only", "score"]),
        ("report", ["run", "--only", "report"]),
        ("nothing to do", ["run"]),
        ("simulate a day", ["simulate", "advance", "--days", "1"]),
        ("the day's cycle", ["run", "--execution-time", tomorrow]),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=1095)
    options = parser.parse_args()
    print(f"{options.customers:,} customers, {options.orders:,} orders, {os.cpu_count()} cores\n")
    print("| step | wall s | CPU s | peak MB |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        for name, arguments in steps(options.customers, options.orders, options.days):
            cost = measure([*PATRON, *arguments], shop)
            print(
                f"| {name} | {cost.wall_seconds:.1f} | {cost.cpu_seconds:.1f} "
                f"| {cost.peak_megabytes:.0f} |",
                flush=True,
            )
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\nin all {children.ru_utime + children.ru_stime:.0f} CPU seconds")


if __name__ == "__main__":
    main()
