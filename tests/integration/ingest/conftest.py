"""A small shop of CSV files and what was loaded from it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from patron.shop import Shop

if TYPE_CHECKING:
    from tests.support.postgres import Server

ORDERS_HEADER = "order_id,customer_id,ordered_at,order_status,order_amount,updated_at"
Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def exports(shop: Shop) -> Path:
    """The folder that the shop's files are in."""
    folder = shop.root / "exports"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def declare(shop: Shop) -> Callable[[str], None]:
    """Writes sources.yaml."""

    def write(text: str) -> None:
        shop.sources_file.write_text(textwrap.dedent(text), encoding="utf-8")

    return write


@pytest.fixture
def orders_from_files(declare, exports: Path) -> None:
    """One source with one stream: orders from exports/orders.*."""
    declare("sources: {files: {loader: files, path: exports, streams: {orders: }}}")


@pytest.fixture
def write_orders(exports: Path, orders_from_files: None) -> Callable[..., None]:
    """Writes exports/orders.csv from lines below the usual header."""

    def write(*lines: str, header: str = ORDERS_HEADER) -> None:
        (exports / "orders.csv").write_text("\n".join((header, *lines, "")), encoding="utf-8")

    return write


@pytest.fixture
def query(shop: Shop) -> Query:
    """Reads the warehouse."""

    def run(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(shop.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return run


@pytest.fixture
def database(postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty PostgreSQL database; the variable SHOP_DSN says how to reach it."""
    name = postgres_server.empty_database()
    monkeypatch.setenv("SHOP_DSN", postgres_server.dsn(name))
    return name


@pytest.fixture
def execute(postgres_server: Server, database: str) -> Callable[..., None]:
    """Runs statements in that database, in its own SQL."""
    return lambda *statements: postgres_server.execute(*statements, database=database)
