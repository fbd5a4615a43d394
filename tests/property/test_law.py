"""The law: after any history of loads, runs and reconciles, all is as if built from scratch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from history import FIRST, History, Replace, Run, Send, histories
from hypothesis import event, given, note
from scratch import Rows, Scratch, contents
from shop import LivingShop, declare
from streams import FIRST_DAY, LAST_DAY
from warm import warm_rendering

from operate import transform
from patron.shop import SHOP_VARIABLE, Shop, find_project

pytestmark = pytest.mark.slow

SETTINGS = ("PATRON_TIMEZONE", "PATRON_CURRENCY", "PATRON_MAX_REJECTED_SHARE")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingShop]:
    """A shop without rows, planned on the first day."""
    with pytest.MonkeyPatch.context() as patch, warm_rendering():
        shop = Shop(tmp_path_factory.mktemp("law") / "empty", find_project())
        shop.data.mkdir(parents=True)
        for name in SETTINGS:
            patch.delenv(name, raising=False)
        patch.setenv(SHOP_VARIABLE, str(shop.root))
        declare(shop)
        transform.run_prod(shop, f"{FIRST_DAY.isoformat()}T01:00:00")
        yield LivingShop(shop)


@pytest.fixture(scope="module")
def running(empty: LivingShop) -> LivingShop:
    """A shop with a row of everything, built a few days later."""
    shop = empty.copy(empty.shop.root.with_name("running"))
    for step in (*FIRST, Run(4, is_whole=True)):
        shop.happen(step)
    assert shop.refused == 0
    return shop


@pytest.fixture(scope="module")
def scratch(empty: LivingShop) -> Scratch:
    """How to build everything from scratch."""
    return Scratch.of(empty.shop)


def shown(shop: Shop, scratch: Scratch) -> dict[str, Rows]:
    """What production shows."""
    with duckdb.connect(str(shop.warehouse), read_only=True) as connection:
        return contents(connection, scratch.tables)


def different(found: dict[str, Rows], expected: dict[str, Rows]) -> dict[str, list[str]]:
    """Where two builds differ, with the rows that only one of them has."""
    return {
        name: [
            *(f"has    {row}" for row in found[name] if row not in rows),
            *(f"misses {row}" for row in rows if row not in found[name]),
        ]
        for name, rows in expected.items()
        if found[name] != rows
    }


@given(history=histories())
def test_tables_equal_a_build_from_scratch(
    empty: LivingShop, running: LivingShop, scratch: Scratch, history: History
) -> None:
    with TemporaryDirectory() as folder:
        living = (running if history.is_running else empty).copy(Path(folder) / "shop")
        for step in history.steps:
            living.happen(step)
        event(f"runs refused: {living.refused}")
        event(f"stale days at the end: {min(living.end().days, 20) // 5 * 5} and more")
        wrong = different(shown(living.shop, scratch), scratch.build(living.shop.warehouse))
    for name, rows in wrong.items():
        note("\n  ".join([name, *rows[:10]]))
    assert wrong == {}


def test_the_plain_build_equals_a_real_plan(
    running: LivingShop, scratch: Scratch, tmp_path: Path
) -> None:
    living = running.copy(tmp_path / "lived")
    living.happen(Send("orders", ((1, 12, 1), (2, 0, 2), (3, 20, 3))))
    living.happen(Replace("customers", ((0, 0, 0), (1, 5, 1), (3, 9, 3))))
    fresh = Shop(tmp_path / "fresh", living.shop.project)
    fresh.data.mkdir(parents=True)
    with duckdb.connect(str(fresh.warehouse)) as connection:
        connection.execute(f"ATTACH '{living.shop.warehouse}' AS other (READ_ONLY)")
        connection.execute("CREATE SCHEMA raw")
        for (name,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'other'"
            " AND schema_name = 'raw'"
        ).fetchall():
            connection.execute(f"CREATE TABLE raw.{name} AS FROM other.raw.{name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SHOP_VARIABLE, str(fresh.root))
        transform.run_prod(fresh, f"{LAST_DAY.isoformat()}T01:00:00")
    expected = scratch.build(fresh.warehouse)
    assert different(shown(fresh, scratch), expected) == {}
    assert sum(bool(rows) for rows in expected.values()) > 40
