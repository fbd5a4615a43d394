"""`patron ingest check`: what a load would do, said before it is done."""

from __future__ import annotations

import duckdb
import pytest
from click.testing import CliRunner

from ingest.checkup import ABSENT, BROKEN, OK, REJECTS, check_sources
from ingest.contract import load_contract
from ingest.run import ingest_all
from patron.cli import patron

GOOD = "O1,C1,2024-01-01,paid,10.00,2024-01-01"
BAD = "O2,C1,2024-01-01,lost,10.00,2024-01-01"
UNREADABLE = GOOD.replace("O1", "O3") + ",one,too,many"
TWO = """
sources:
  files:
    loader: files
    path: exports
    files: {maybe: {path: "maybe/*.csv", optional: true}}
    streams:
      orders:
      customers: SELECT id AS customer_id FROM orders
      returns: SELECT * FROM maybe
"""


def test_the_verdicts_and_nothing_is_written(shop, declare, write_orders) -> None:
    declare(TWO)
    write_orders(GOOD, BAD, UNREADABLE)
    found = check_sources(shop)
    verdicts = {check.stream: check for check in found.streams}
    assert {name: check.verdict for name, check in verdicts.items()} == {
        "orders": REJECTS,
        "customers": BROKEN,
        "returns": ABSENT,
    }
    orders = verdicts["orders"]
    assert (orders.rows, orders.rejected) == (3, 2)
    assert "order_status is not one of" in next(iter(orders.reasons))
    assert "currency" in orders.missing
    assert 'column "id" not found' in (verdicts["customers"].problem or "")
    assert not found.is_loadable
    assert not shop.warehouse.exists()
    assert list(shop.data.iterdir()) == []


def test_it_says_what_the_load_then_does(shop, write_orders) -> None:
    write_orders(GOOD, BAD, UNREADABLE)
    (check,) = check_sources(shop).streams
    (load,) = ingest_all(shop)
    assert (check.rows, check.rejected) == (load.rows_read, load.rows_rejected)
    (again,) = check_sources(shop).streams
    assert again == check


def test_it_works_while_another_process_writes(shop, write_orders) -> None:
    write_orders(GOOD)
    ingest_all(shop)
    with duckdb.connect(str(shop.warehouse)):
        assert check_sources(shop).streams[0].verdict == OK


def test_what_stays_empty_is_named(shop, write_orders) -> None:
    write_orders(GOOD)
    found = check_sources(shop)
    undelivered = {table.name: table for table in found.undelivered}
    assert "orders" not in undelivered
    assert undelivered["customers"].needed
    assert "marts.mart_customer_analytics" in undelivered["customers"].fills
    assert not found.is_loadable
    assert not check_sources(shop, streams=["orders"]).undelivered


@pytest.mark.parametrize(
    ("lines", "arguments", "code"),
    [
        ((GOOD,), ["--stream", "orders"], 0),
        ((GOOD, BAD), ["--stream", "orders"], 0),
        ((GOOD, BAD), ["--stream", "orders", "--strict"], 1),
        ((GOOD,), [], 1),
    ],
)
def test_the_exit_code(shop, write_orders, lines, arguments, code) -> None:
    write_orders(*lines)
    done = CliRunner().invoke(patron, ["--shop", str(shop.root), "ingest", "check", *arguments])
    assert done.exit_code == code


def test_a_source_that_cannot_be_opened_is_a_verdict(shop, declare) -> None:
    declare("sources: {a: {loader: files, path: nowhere, streams: {orders: }}}")
    (check,) = check_sources(shop).streams
    assert check.verdict == BROKEN
    assert "does not exist" in (check.problem or "")


def test_streams_name_what_they_fill_once() -> None:
    fills = [name for table in load_contract().tables for name in table.fills]
    assert all(name.startswith("marts.") for name in fills)
    assert {table.name for table in load_contract().tables if table.needed} <= {
        table.name for table in load_contract().tables if table.fills
    }
