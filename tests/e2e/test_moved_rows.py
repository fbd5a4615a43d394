"""A row whose own day the shop corrects is on its new day, once, and the money agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clone import clone
from tests.support.command import patron_or_fail
from tests.support.stock import Stock


@pytest.fixture
def stock(tmp_path: Path) -> Stock:
    """A small simulated shop, planned on the night after its last day."""
    shop = tmp_path / "shop"
    size = ("--customers", "60", "--orders", "600", "--days", "200", "--end", "2026-03-01")
    patron_or_fail(shop, "simulate", *size)
    patron_or_fail(shop, "init", "--mapping", "shop_simulator", "--path", "data/shop")
    patron_or_fail(shop, "ingest")
    made = Stock(clone(tmp_path / "project"), shop)
    plan = ("plan", "prod", "--auto-apply", "--skip-tests", "--skip-linter")
    ended = made.sqlmesh("2026-03-01T01:00", *plan)
    assert ended.code == 0, ended.out + ended.err
    return made


def test_rows_moved_into_the_last_days_leave_their_old_ones(stock: Stock) -> None:
    refunds = "SELECT SUM(refund_amount) FROM marts.fct_returns"
    lines = "SELECT COUNT(*), SUM(gross_amount) FROM marts.fct_order_items"
    before = stock.rows(refunds), stock.rows(lines)
    stock.execute(
        """
        UPDATE raw.returns SET returned_at = TIMESTAMP '2026-02-27 12:00:00'
        WHERE return_id = (SELECT MIN(return_id) FROM staging.stg_returns
                           WHERE returned_date < DATE '2026-02-01');
        UPDATE raw.orders SET ordered_at = TIMESTAMP '2026-02-28 12:00:00'
        WHERE order_id = (SELECT MIN(order_id) FROM staging.stg_orders
                          WHERE order_date < DATE '2026-02-01')
        """
    )
    ended = stock.sqlmesh("2026-03-02T01:00", "run", "prod")
    assert ended.code == 0, ended.out + ended.err
    assert (stock.rows(refunds), stock.rows(lines)) == before
    assert stock.rows("SELECT COUNT(*) - COUNT(DISTINCT order_id) FROM staging.stg_orders") == [
        (0,)
    ]
