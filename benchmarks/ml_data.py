"""Any table of transactions as the tables that recipes learn from, by the project's own models."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

from ml_oracle import Oracle, simulated_oracle  # noqa: E402
from prediction_data import build, with_days  # noqa: E402
from real_shops import cdnow, online_retail_2  # noqa: E402

PUBLIC = {"online_retail_2": "Online Retail II", "cdnow": "CDNOW sample"}

_TRANSACTIONS = """
SELECT customer::VARCHAR AS customer_id, time::DATE AS order_date,
    COUNT(DISTINCT "order") AS order_count, COUNT(*) AS line_count, COUNT(*) AS item_count,
    0 AS discounted_order_count, SUM(amount::DECIMAL(18, 2)) AS net_revenue_amount,
    NULL AS gross_margin_amount
FROM '{path}' WHERE NOT customer IS NULL GROUP BY ALL HAVING SUM(amount) > 0
"""

_SHOP = """
SELECT customer_id, order_date::DATE AS order_date, order_count, line_count, item_count,
    discounted_order_count, net_revenue_amount, gross_margin_amount
FROM intermediate.int_customer_days
"""


@dataclass(frozen=True)
class DataSet:
    """Features and labels of a shop in a database, and who knows the truth about it."""

    title: str
    connection: duckdb.DuckDBPyConnection
    oracle: Oracle | None = None


@contextmanager
def open_data(name: str) -> Iterator[DataSet]:
    """Open a bundled data set by name, a shop by its folder, or a file of transactions.

    Args:
        name: `online_retail_2`, `cdnow`, the folder of a shop that has run, or a CSV or Parquet
            file with the columns customer, order, time and amount.
    """
    with TemporaryDirectory() as folder:
        if name in PUBLIC:
            data = Path(os.environ.get("PATRON_REAL_DATA", PROJECT.parent / "shared" / "data"))
            days = cdnow(data) if name == "cdnow" else online_retail_2(data, Path(folder))
            yield DataSet(PUBLIC[name], _built(days))
        elif Path(name).is_dir():
            yield _shop(Path(name))
        else:
            yield DataSet(Path(name).stem, _built(_TRANSACTIONS.format(path=name)))


def _shop(folder: Path) -> DataSet:
    with duckdb.connect(str(folder / "data" / "warehouse.duckdb"), read_only=True) as warehouse:
        days = warehouse.sql(_SHOP).df()
    days["order_date"] = days["order_date"].dt.date
    truth = folder / "data" / "truth"
    oracle = simulated_oracle(truth) if truth.is_dir() else None
    title = "simulated shop" if oracle else folder.name
    return DataSet(title, _built(days), oracle)


def _built(days: object) -> duckdb.DuckDBPyConnection:
    connection = with_days(days)
    build(connection)
    return connection
