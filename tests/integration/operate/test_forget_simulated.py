"""The real models over a simulated shop: no total moves when customers are forgotten."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from operate.forget import forget, whom
from operate.reconcile import check
from patron.shop import Shop
from tests.support.nights import FIRST_NIGHT, after_first_night
from tests.support.stock import CLONE, Stock

pytestmark = pytest.mark.slow

SUMMED = ("BIGINT", "INTEGER", "HUGEINT", "DECIMAL", "DOUBLE")
# What to do next with whom is no total: nothing is left to do with a forgotten customer.
PLANS = {'"marts"."mart_action_list"'}
# By country of residence, which is erased, figures become those of nobody knows where; data quality
# counts what is filled. All others stay.
KPIS = '"marts"."mart_kpis"'
SHOP_KPIS = "dimension = 'all' AND metric <> 'data_quality_score'"
BUYERS = "SELECT customer_id FROM marts.mart_customer_analytics ORDER BY total_spent DESC LIMIT 2"


@pytest.fixture
def stock(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Stock:
    """A small simulated shop, built on the night after its last day."""
    shutil.copytree(after_first_night(tmp_path_factory), tmp_path / "shop")
    return Stock(CLONE, tmp_path / "shop")


def totals(path: Path) -> dict[str, Any]:
    """Rows and sums of every number of every table that people see."""
    found: dict[str, Any] = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "SELECT DISTINCT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema IN ('staging', 'intermediate', 'marts', 'ml') ORDER BY ALL"
        ).fetchall()
        for schema, table in tables:
            name = f'"{schema}"."{table}"'
            kinds = connection.execute(f"DESCRIBE {name}").fetchall()
            sums = [
                f'ROUND(SUM("{column}"), 6)'
                for column, kind, *_ in kinds
                if kind.startswith(SUMMED)
            ]
            query = f"SELECT {', '.join(['COUNT(*)', *sums])} FROM {name}"
            query += f" WHERE {SHOP_KPIS}" if name == KPIS else ""
            found[name] = connection.execute(query).fetchone()
    return found


def test_no_total_of_any_model_moves(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_SHOP", str(stock.shop))
    shop = Shop(root=stock.shop, project=stock.project)
    before = totals(stock.warehouse), totals(stock.published)
    assert len(before[0]) > 40
    ids = [customer for (customer,) in stock.rows(BUYERS)]
    done = forget(shop, whom(shop, ids, requested=False), execution_time=FIRST_NIGHT)
    assert (done.left, done.problem) == ((), None)
    after = totals(stock.warehouse), totals(stock.published)
    for was, now in zip(before, after, strict=True):
        assert was.keys() == now.keys()
        moved = {name: (was[name], now[name]) for name in was if was[name] != now[name]}
        assert set(moved) <= PLANS, moved
        assert all(0 <= rows[0] - left[0] <= len(ids) for rows, left in moved.values()), moved
    assert check(shop, FIRST_NIGHT).stale == ()
    texts = [path for path in stock.shop.rglob("*") if path.is_file()]
    assert not [path for path in texts if any(one.encode() in path.read_bytes() for one in ids)]
