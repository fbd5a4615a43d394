"""A made-up published copy: what reports read, without running the models that write it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from operate.lineage import store
from patron.shop import Shop

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
    with duckdb.connect(str(shop.published)) as connection:
        shown = f"DATE '{as_of}'" if as_of else "NULL::DATE"
        connection.execute(
            f"SET VARIABLE customers = {customers}; SET VARIABLE days = {days};"
            f" SET VARIABLE as_of = {shown}; SET VARIABLE with_models = {with_models}"
        )
        for script in SCRIPTS:
            connection.execute(script.read_text("utf-8"))
        store.ensure_tables(connection)
        connection.execute(CATALOGUE.read_text("utf-8"))


def change_sample(shop: Shop, sql: str) -> None:
    """Change a published copy, as no reader could."""
    with duckdb.connect(str(shop.published)) as connection:
        connection.execute(sql)
