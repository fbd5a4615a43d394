"""Any table of transactions as the tables that recipes learn from, by the project's own models."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

from ml_oracle import Oracle, simulated_oracle  # noqa: E402
from prediction_data import build, with_days  # noqa: E402
from public_data import public_file  # noqa: E402
from real_shops import cdnow, online_retail_2  # noqa: E402

from tests.support.built_shop import simulated  # noqa: E402

PUBLIC = {"online_retail_2": "Online Retail II", "cdnow": "CDNOW sample"}
FILES = {"online_retail_2": "online_retail_II_csv.zip", "cdnow": "cdnow_sample.parquet"}
SIMULATED = "simulated"
SIMULATION = ("--customers", "10000", "--orders", "100000", "--days", "1095", "--seed", "1")
DOCUMENTED = [*PUBLIC, SIMULATED]
"""The data sets of docs/predictions.md."""

DAYS_MODEL = "intermediate.int_customer_days"

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
FROM intermediate.int_customer_days ORDER BY customer_id, order_date
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
        name: `online_retail_2`, `cdnow`, `simulated`, the folder of a shop that has run, or a CSV
            or Parquet file with the columns customer, order, time and amount.
    """
    with TemporaryDirectory() as folder:
        if name in PUBLIC:
            data = public_file(FILES[name]).parent
            days = cdnow(data) if name == "cdnow" else online_retail_2(data, Path(folder))
            yield DataSet(PUBLIC[name], _built(days))
        elif name == SIMULATED:
            shop = simulated(Path(folder), *SIMULATION)
            shop.build(DAYS_MODEL)
            yield _with_oracle("simulated shop", shop.connection.sql(_SHOP).df(), shop.truth)
        elif Path(name).is_dir():
            yield _shop(Path(name))
        else:
            yield DataSet(Path(name).stem, _built(_TRANSACTIONS.format(path=name)))


def _shop(folder: Path) -> DataSet:
    with duckdb.connect(str(folder / "data" / "warehouse.duckdb"), read_only=True) as warehouse:
        days = warehouse.sql(_SHOP).df()
    return _with_oracle(folder.name, days, folder / "data" / "truth")


def _with_oracle(title: str, days: pd.DataFrame, truth: Path) -> DataSet:
    days["order_date"] = days["order_date"].dt.date
    return DataSet(title, _built(days), simulated_oracle(truth) if truth.is_dir() else None)


def _built(days: object) -> duckdb.DuckDBPyConnection:
    connection = with_days(days)
    build(connection)
    return connection
