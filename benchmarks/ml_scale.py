"""What features, training and scoring cost in a large shop.

    python benchmarks/ml_scale.py --customers 1000000 --orders 10000000

Customers' days are made up: each customer buys at a rate of their own until they leave, more before
Christmas, and spends alike each time. The four feature tables are those of the project's models,
training and scoring are what `patron train` and the models `ml.*_predictions` run. Order lines are
made up from the days for what `ml.product_recommendations` runs. Each part is a process of its own;
making the days and lines is not counted. Prints processor seconds and peak memory.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from cost import measure
from ml_data import PROJECT
from prediction_data import TABLES, keep_predictions, keep_recommendations, query, set_as_of

from patron.shop import SHOP_VARIABLE, Shop

AS_OF = date(2026, 3, 1)
HISTORY_DAYS = 3 * 365
TASKS = ("clv", "churn")
SEASON_DAYS = (300, 355)
"""Of the year: orders of other days are moved there now and then."""

SEASON_SHARE = 0.1
CHUNK = 100_000
TASTES = 50
LOYAL_SHARE = 0.7
"""Of the lines: these are of the products that customers of the same taste buy."""


def make_lines(folder: Path, products: int) -> None:
    """The lines of the orders: customers of a taste buy alike, some products more than others."""
    with _database(folder) as connection:
        connection.execute(_LINES.format(products=products, own=products // TASTES))


_LINES = f"""
CREATE TABLE intermediate.int_order_items AS
WITH lines AS (
    SELECT customer_id, order_date, line, HASH(customer_id) % {TASTES} AS taste,
        HASH(customer_id, order_date, line, 1) % 1000 / 1000 AS chance,
        POWER(HASH(customer_id, order_date, line, 2) % 100000 / 100000, 2) AS rank
    FROM (
        SELECT customer_id, order_date, UNNEST(RANGE(line_count)) AS line
        FROM intermediate.int_customer_days
    )
)
SELECT customer_id || '-' || order_date || '-' || line // 2 AS order_id, line AS line_number,
    customer_id, 'product-' || CASE WHEN chance < {LOYAL_SHARE}
        THEN taste * {{own}} + FLOOR(rank * {{own}})::BIGINT
        ELSE FLOOR(rank * {{products}})::BIGINT
    END AS product_id, FALSE AS is_guest, TRUE AS is_valid_sale, order_date
FROM lines
"""


def make_days(folder: Path, customers: int, orders: int) -> None:
    """Fill the database that everything else reads and writes with customers' days."""
    with _database(folder) as connection:
        connection.execute("CREATE SCHEMA intermediate; CREATE SCHEMA ml")
        for first in range(0, customers, CHUNK):
            days = _days_of(range(first, min(first + CHUNK, customers)), orders / customers)
            verb = "INSERT INTO" if first else "CREATE TABLE"
            middle = "" if first else " AS"
            connection.register("days", days)
            connection.execute(f"{verb} intermediate.int_customer_days{middle} {_DAYS}")
        set_as_of(connection, AS_OF)


FIRST_DAY = AS_OF - timedelta(days=HISTORY_DAYS)
_DAYS = f"""
SELECT 'customer-' || customer AS customer_id, DATE '{FIRST_DAY}' + day::INT AS order_date,
    COUNT(*) AS order_count, 2 * COUNT(*) AS line_count, 3 * COUNT(*) AS item_count,
    COUNT(*) FILTER (hour % 5 = 0) AS discounted_order_count,
    SUM(amount)::DECIMAL(18, 2) AS net_revenue_amount,
    (SUM(amount) * .4)::DECIMAL(18, 2) AS gross_margin_amount,
    day - LAG(day) OVER (PARTITION BY customer ORDER BY day) AS gap_days
FROM days GROUP BY customer, day
"""


def _days_of(customers: range, orders_each: float) -> pd.DataFrame:
    """An order in each row: customer, day, hour, amount."""
    random = np.random.default_rng(customers.start)
    size = len(customers)
    begins = random.uniform(0, HISTORY_DAYS, size)
    lives = np.minimum(random.exponential(random.gamma(1.2, 500, size)), HISTORY_DAYS - begins)
    rates = random.gamma(0.7, 1.0, size)
    counts = 1 + random.poisson(rates * lives * ((orders_each - 1) * size / (rates @ lives)))
    place = np.repeat(np.arange(size), counts)
    day = np.floor(begins[place] + random.random(len(place)) * lives[place])
    is_first = np.r_[True, place[1:] != place[:-1]]
    day[is_first] = np.floor(begins)
    moved = ~is_first & (random.random(len(place)) < SEASON_SHARE)
    day[moved] += random.integers(*SEASON_DAYS, moved.sum()) - day[moved] % 365
    day = np.clip(day, np.floor(begins)[place], HISTORY_DAYS - 1)
    level = random.lognormal(3.5, 0.6, size)
    amount = np.maximum(level[place] * random.gamma(4, 0.25, len(place)), 1.0)
    return pd.DataFrame(
        {
            "customer": customers.start + place,
            "day": day.astype(np.int64),
            "hour": random.integers(0, 24, len(place)),
            "amount": amount.round(2),
        }
    )


def build_features(folder: Path) -> None:
    """The tables of schema `ml`, from scratch."""
    with _database(folder) as connection:
        for name in TABLES:
            connection.execute(f"CREATE OR REPLACE TABLE ml.{name} AS {query(name)}")


def train(folder: Path) -> None:
    """What `patron train clv churn` runs."""
    from ml.train import train_all

    train_all(Shop(root=folder, project=PROJECT), TASKS, progress=print)


def score(folder: Path) -> None:
    """What the models `ml.*_predictions` run, and their rows written."""
    with _database(folder) as connection:
        for task in TASKS:
            keep_predictions(connection, task, AS_OF - timedelta(days=1))


def recommend(folder: Path) -> None:
    """What the model `ml.product_recommendations` runs, and its rows written."""
    with _database(folder) as connection:
        keep_recommendations(connection)


PARTS: dict[str, Callable[[Path], None]] = {
    "features": build_features,
    "train": train,
    "score": score,
    "recommend": recommend,
}


@contextmanager
def _database(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """One file stands for the warehouse and its published copy."""
    path = Shop(root=folder, project=PROJECT).published
    path.parent.mkdir(parents=True, exist_ok=True)
    limit = os.environ["PATRON_MEMORY_LIMIT"]
    settings = {"memory_limit": limit, "preserve_insertion_order": "false"}
    with duckdb.connect(str(path), config=settings) as connection:
        yield connection


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--memory", default="2GB", help="DuckDB's limit")
    parser.add_argument("--folder", type=Path, help="where to work; kept, and gone on with")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ["PATRON_MEMORY_LIMIT"] = options.memory
    if options.part:
        PARTS[options.part](options.folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        _run(options.folder or Path(temporary), options)


def _run(folder: Path, options: argparse.Namespace) -> None:
    if not (folder / "data").exists():
        make_days(folder, options.customers, options.orders)
        make_lines(folder, options.products)
    shutil.rmtree(folder / "artifacts", ignore_errors=True)
    os.environ[SHOP_VARIABLE] = str(folder)
    sizes = (options.customers, options.orders, options.products)
    print("{:,} customers, {:,} orders, {:,} products\n".format(*sizes))
    print("| part | CPU s | wall s | peak MB |\n|---|---|---|---|", flush=True)
    costs = []
    for part in PARTS:
        command = [sys.executable, str(Path(__file__)), "--part", part, "--folder", str(folder)]
        cost = measure([*command, "--memory", options.memory], folder)
        costs.append(cost)
        figures = f"{cost.cpu_seconds:.1f} | {cost.wall_seconds:.1f} | {cost.peak_megabytes:.0f}"
        print(f"| {part} | {figures} |", flush=True)
    total, peak = sum(cost.cpu_seconds for cost in costs), max(c.peak_megabytes for c in costs)
    print(f"| together | {total:.1f} | {sum(c.wall_seconds for c in costs):.1f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
