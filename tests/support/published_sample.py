"""A made-up published copy: what reports read, without running the models that write it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from operate.lineage import store
from patron.shop import Shop
from tests.support.python_models import python_model

SCRIPTS = tuple(
    Path(__file__).with_name(name)
    for name in ("published_sample.sql", "published_marts.sql", "published_quality.sql")
)
CATALOGUE = Path(__file__).with_name("published_catalogue.sql")


def publish_sample(
    shop: Shop,
    *,
    customers: int = 300,
    days: int = 1095,
    as_of: date | None = date(2025, 9, 15),
    with_models: bool = True,
) -> None:
    """Write a published copy of a shop; the same arguments write the same rows."""
    shop.data.mkdir(parents=True, exist_ok=True)
    shop.published.unlink(missing_ok=True)
    shutil.copyfile(_sample(customers, days, as_of, with_models=with_models), shop.published)


@cache
def _sample(customers: int, days: int, as_of: date | None, *, with_models: bool) -> Path:
    """A copy to take copies of."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    path = Path(folder) / "published.duckdb"
    with duckdb.connect(str(path)) as connection:
        shown = f"DATE '{as_of}'" if as_of else "NULL::DATE"
        connection.execute(
            f"SET VARIABLE customers = {customers}; SET VARIABLE days = {days};"
            f" SET VARIABLE as_of = {shown}; SET VARIABLE with_models = {with_models}"
        )
        for script in SCRIPTS:
            connection.execute(script.read_text("utf-8"))
        for name in ("metric_definitions", "metric_targets", "metric_lineage"):
            _write_python_model(connection, f"quality.{name}")
        store.ensure_tables(connection)
        connection.execute(CATALOGUE.read_text("utf-8"))
    return path


def _write_python_model(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """What a Python model makes of no table."""
    found = python_model(name)
    connection.register("python_rows", found.rows(connection))
    columns = ", ".join(f"{column}::{kind} AS {column}" for column, kind in found.columns.items())
    connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM python_rows")
    connection.unregister("python_rows")


def change_sample(shop: Shop, sql: str) -> None:
    """Change a published copy, as no reader could."""
    with duckdb.connect(str(shop.published)) as connection:
        connection.execute(sql)
