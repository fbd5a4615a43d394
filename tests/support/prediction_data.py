"""Shops for the tests of predictions: customers' days, and the tables of schema `ml` over them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from definitions import PROJECT, audits, macro_registry, variables
from sqlglot import exp
from sqlmesh.core.dialect import parse
from sqlmesh.core.model import Model, load_sql_based_models

START, END = "1990-01-01", "2030-12-31"
TABLES = ("feature_cutoffs", "customer_features", "customer_features_now", "customer_labels")
DAYS_COLUMNS = (
    "customer_id VARCHAR, order_date DATE, order_count BIGINT, line_count BIGINT,"
    " item_count BIGINT, discounted_order_count BIGINT, net_revenue_amount DECIMAL(18, 2),"
    " gross_margin_amount DECIMAL(18, 2), gap_days BIGINT"
)
GAP = "order_date - LAG(order_date) OVER (PARTITION BY customer_id ORDER BY order_date) AS gap_days"


@cache
def ml_model(name: str, **overrides: int) -> Model:
    """A model of models/ml by its table's name; other values of variables by name."""
    stem = "customer_features" if name.startswith("customer_features") else name
    path = PROJECT / "models" / "ml" / f"{stem}.sql"
    models = load_sql_based_models(
        parse(path.read_text(encoding="utf-8"), default_dialect="duckdb"),
        get_variables=lambda _: {**variables(), **overrides},
        path=path,
        module_path=PROJECT,
        macros=macro_registry(),
        audit_definitions=audits(),
        dialect="duckdb",
    )
    (found,) = [model for model in models if exp.to_table(model.name).name == name]
    return found


def query(name: str, start: str = START, end: str = END, **overrides: int) -> str:
    """The SQL of a model for an interval."""
    rendered = ml_model(name, **overrides).render_query_or_raise(start=start, end=end)
    return rendered.sql(dialect="duckdb")


def with_days(rows: pd.DataFrame | str, as_of: date | None = None) -> duckdb.DuckDBPyConnection:
    """A database with int_customer_days and int_as_of, from a frame or a query."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA intermediate; CREATE SCHEMA ml")
    connection.execute(f"CREATE TABLE intermediate.int_customer_days ({DAYS_COLUMNS})")
    load_days(connection, rows)
    set_as_of(connection, as_of)
    return connection


def load_days(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame | str) -> None:
    """Put a frame or a query in the place of what int_customer_days holds."""
    source = rows if isinstance(rows, str) else "SELECT * FROM rows"
    connection.execute("DELETE FROM intermediate.int_customer_days")
    connection.execute(
        f"INSERT INTO intermediate.int_customer_days BY NAME SELECT *, {GAP} FROM ({source})"
    )


def set_as_of(connection: duckdb.DuckDBPyConnection, as_of: date | None = None) -> None:
    """One row of int_as_of: the day after the last order, or another."""
    connection.execute(
        "CREATE OR REPLACE TABLE intermediate.int_as_of AS SELECT"
        " COALESCE(?, MAX(order_date) + 1)::DATE AS as_of_date,"
        " MAX(order_date) AS last_order_date, MIN(order_date) AS first_order_date"
        " FROM intermediate.int_customer_days",
        [as_of],
    )


def build(connection: duckdb.DuckDBPyConnection, **overrides: int) -> None:
    """All tables that training reads, from scratch; other values of variables by name."""
    for name in TABLES:
        connection.execute(f"CREATE OR REPLACE TABLE ml.{name} AS {query(name, **overrides)}")


def publish(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The tables of schema ml as a published copy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"ATTACH '{path}' AS published")
    connection.execute("CREATE SCHEMA IF NOT EXISTS published.ml")
    for name in TABLES:
        connection.execute(f"CREATE TABLE published.ml.{name} AS FROM ml.{name}")
    connection.execute("DETACH published")


def buying_days(
    customers: int, days: int, seed: int = 1, end: date = date(2026, 3, 15)
) -> pd.DataFrame:
    """Customers who buy at their own rate, may drop out after each purchase, and spend alike."""
    generator = np.random.default_rng(seed)
    first = end - timedelta(days=days)
    rows = []
    for number in range(customers):
        rate = generator.gamma(0.9, 1 / 25)
        leaves = generator.beta(1.0, 8.0)
        level = generator.lognormal(3.5, 0.6)
        day = float(generator.integers(0, days))
        while day < days:
            amount = round(level * generator.gamma(4, 0.25), 2)
            rows.append((f"c{number:05d}", int(day), max(amount, 1.0), generator.random() < 0.2))
            if generator.random() < leaves:
                break
            day += 1 + generator.exponential(1 / max(rate, 1e-6))
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount", "discounted"])
    lines = 1 + frame.index % 4
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"],
            "order_date": [first + timedelta(days=int(day)) for day in frame["day"]],
            "order_count": 1,
            "line_count": lines,
            "item_count": lines * 2,
            "discounted_order_count": frame["discounted"].astype(int),
            "net_revenue_amount": frame["amount"],
            "gross_margin_amount": (frame["amount"] * 0.4).round(2),
        }
    )


class PlainContext:
    """What the Python models of `ml` ask of SQLMesh, over the tables of one database."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def resolve_table(self, name: str) -> str:
        """Tables have the names of their models."""
        return name

    def fetchdf(self, query: exp.Expression) -> pd.DataFrame:
        """The rows of a query."""
        return self.connection.execute(query.sql(dialect="duckdb")).df()


def keep_predictions(connection: duckdb.DuckDBPyConnection, task: str, day: date) -> int:
    """Score everybody as `ml.<task>_predictions` does on a day; returns how many."""
    from ml.scoring import predictions

    moment = datetime.combine(day, datetime.min.time())
    context: Any = PlainContext(connection)
    return _keep(connection, f"ml.{task}_predictions", predictions(context, task, moment, moment))


def keep_recommendations(connection: duckdb.DuckDBPyConnection) -> int:
    """Recommend as `ml.product_recommendations` does; returns how many rows."""
    from ml.recommending import recommendations

    context: Any = PlainContext(connection)
    return _keep(connection, "ml.product_recommendations", recommendations(context))


def _keep(
    connection: duckdb.DuckDBPyConnection, table: str, batches: Iterator[pd.DataFrame]
) -> int:
    """Write the batches of a Python model to its table."""
    count = 0
    for batch in batches:
        made = f"INSERT INTO {table} BY NAME" if count else f"CREATE OR REPLACE TABLE {table} AS"
        connection.register("batch", batch)
        connection.execute(f"{made} SELECT * FROM batch")
        connection.unregister("batch")
        count += len(batch)
    return count
