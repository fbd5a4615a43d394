"""The shop goes on: all deliveries merged are the shop of that day."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
from simulated_shop import SimulatedShop, hashes, make

from simulate.files import open_engine, write_stream
from simulate.orders import portions
from simulate.seasons import DAY_SECONDS
from simulate.shopfolder import advance
from simulate.state import Folders, read_state
from simulate.streams import CONTACTS, EVENTS, REFERENCES, STREAMS
from simulate.touches import touch_groups
from simulate.window import Delivery
from simulate.world import build_world


def go_on(folders: Folders, *steps: int) -> SimulatedShop:
    for days in steps:
        advance(folders, days, report=lambda done, count: None)
    return SimulatedShop(folders)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make(tmp_path_factory.mktemp("base"), customers=600, orders=6000, days=300)


@pytest.fixture
def copy(base, tmp_path):
    def fresh(name: str) -> Folders:
        for path in (base.out, base.truth):
            shutil.copytree(path, tmp_path / name / path.name)
        return Folders(tmp_path / name / base.out.name, tmp_path / name / base.truth.name)

    return fresh


def content(shop: SimulatedShop, table: str) -> list[tuple]:
    return shop.rows(f"SELECT * EXCLUDE (filename) FROM {table} ORDER BY ALL")


def test_one_step_of_forty_days_equals_many_small_ones(copy):
    once = go_on(copy("once"), 40)
    often = go_on(copy("often"), 1, 1, 7, 1, 29, 1)
    for stream in STREAMS:
        assert content(once, stream.name) == content(often, stream.name), stream.name
    for table in ("customers", "seasons", "affinities", "campaigns", "mrr", "inventory"):
        rows = [shop.rows(f"FROM truth_{table} ORDER BY ALL") for shop in (once, often)]
        assert rows[0] == rows[1], table
    # Which rows are late, and how often a change is seen, depends on the deliveries; the rest not.
    query = """
        SELECT stream, row_key, defect FROM defects
        WHERE defect NOT IN ('late_row', 'updated_long_after') ORDER BY ALL
    """
    assert once.rows(query) == often.rows(query)


def test_merged_deliveries_equal_the_whole_shop_of_that_day(copy, tmp_path):
    shop = go_on(copy("steps"), 1, 2, 1, 30, 90, 3)
    world = build_world(read_state(shop.folders).spec, 300 + 127)
    whole = Delivery(world, 0, world.until_day * DAY_SECONDS, 0)
    (portion,) = portions(world, 0, world.until_day)
    with open_engine() as engine:
        for stream in REFERENCES:
            path = tmp_path / "whole" / "shop" / stream.name / "0000.parquet"
            write_stream(engine, stream, stream.rows(whole), path, 0)
        for stream in EVENTS:
            path = tmp_path / "whole" / "shop" / stream.name / "0000.parquet"
            write_stream(engine, stream, stream.rows(whole, portion), path, 0)
        (group,) = touch_groups(whole)
        for stream in CONTACTS:
            path = tmp_path / "whole" / "shop" / stream.name / "0000.parquet"
            write_stream(engine, stream, stream.rows(whole, group), path, 0)
    shutil.copytree(shop.folders.truth, tmp_path / "whole" / "truth")
    expected = SimulatedShop(Folders(tmp_path / "whole" / "shop", tmp_path / "whole" / "truth"))
    for stream in STREAMS:
        assert content(shop, stream.name) == content(expected, stream.name), stream.name


def test_the_past_stays_as_it_was(base, copy):
    folders = copy("later")
    shop = go_on(folders, 10)
    before, after = hashes(base.out), hashes(folders.out)
    assert before.items() < after.items()
    latents = "customer_id, purchase_rate_per_day, dropout_rate_per_day, spend_level, lost_at"
    old = SimulatedShop(base).rows(f"SELECT {latents} FROM truth_customers")
    assert shop.rows(f"SELECT {latents} FROM truth_customers")[: len(old)] == old


def test_a_delivery_holds_only_what_is_new_or_has_changed(copy):
    shop = go_on(copy("day"), 1)
    since, until = date(2026, 3, 1), date(2026, 3, 2)
    for stream in STREAMS:
        late = {
            row[0] for row in shop.rows("SELECT row_key FROM defects WHERE defect = 'late_row'")
        }
        key = " || ':' || ".join(stream.key)
        rows = shop.rows(
            f"SELECT {key}, {stream.moment}::DATE FROM {stream.name}_delivered "
            "WHERE filename LIKE '%advance%'"
        )
        others = [row for row in rows if row[1] != since and row[0] not in late]
        assert not others, stream.name
        assert all(day < until for _, day in rows)
    assert (
        shop.one("SELECT count(*) FROM orders_delivered WHERE filename LIKE '%0001-advance%'") > 10
    )
    assert not list((shop.folders.out / "categories").glob("*advance*"))


def test_what_changes_comes_again(copy):
    """Parcels arrive, reviews are revised, subscriptions end, budgets are raised."""
    shop = go_on(copy("changes"), 2, 60, 60)
    for stream, column in [
        ("shipments", "delivered_at"),
        ("reviews", "rating"),
        ("subscriptions", "ended_at"),
        ("campaigns", "budget_amount"),
    ]:
        key = f"{stream.removesuffix('s')}_id"
        changed = f"""
            SELECT count(*) FROM (
              SELECT {key} FROM {stream}_delivered GROUP BY {key}
              HAVING count(DISTINCT updated_at) > 1
                AND count(DISTINCT coalesce({column}::VARCHAR, '')) > 1
                AND count(DISTINCT parse_filename(filename)) > 1
            )
        """
        assert shop.one(changed) > 0, stream


def test_prices_change_with_the_months(copy):
    shop = go_on(copy("prices"), 31)
    changed = shop.one("SELECT count(*) FROM products_delivered WHERE filename LIKE '%advance%'")
    assert 5 < changed < 60


def test_late_rows_come_in_a_later_file_with_all_that_belongs_to_them(copy):
    shop = go_on(copy("late"), *[1] * 10)
    late = shop.rows("SELECT row_key FROM defects WHERE stream = 'orders' AND defect = 'late_row'")
    assert late
    for (order_id,) in late:
        placed, batch = shop.one(
            f"""
            SELECT min(CAST(ordered_at AS TIMESTAMPTZ)::DATE),
              min(parse_filename(filename)[:4])::INT
            FROM orders_delivered WHERE order_id = '{order_id}'
            """
        )
        assert (placed - date(2026, 3, 1)).days + 1 < batch
        items = shop.one(
            "SELECT min(parse_filename(filename)[:4])::INT FROM order_items_delivered "
            f"WHERE order_id = '{order_id}'"
        )
        assert items == batch


def test_orders_are_updated_long_after(copy):
    shop = go_on(copy("long"), 30)
    found = shop.rows(
        "SELECT row_key FROM defects WHERE defect = 'updated_long_after' AND batch = 1"
    )
    assert found
    for (order_id,) in found:
        versions = shop.rows(
            "SELECT order_status FROM orders_delivered "
            f"WHERE order_id = '{order_id}' ORDER BY updated_at"
        )
        assert [status for (status,) in versions][-1] == "refunded"


def test_what_a_killed_advance_left_is_written_again(copy):
    killed, undisturbed = copy("killed"), copy("undisturbed")
    go_on(undisturbed, 3)
    state = (killed.truth / "state.json").read_bytes()
    go_on(killed, 5)
    (killed.out.parent / ".partial-shop" / "orders").mkdir(parents=True)
    (killed.out.parent / ".partial-shop" / "orders" / "0001-advance.parquet").write_bytes(b"half")
    (killed.truth / "state.json").write_bytes(state)
    go_on(killed, 3)
    assert hashes(killed.out) == hashes(undisturbed.out)
    assert {path.name for path in killed.out.parent.iterdir()} == {"shop", "truth"}
    assert hashes(killed.truth) == hashes(undisturbed.truth)


def test_a_moved_shop_goes_on(copy, tmp_path):
    folders = copy("first")
    (tmp_path / "first").rename(tmp_path / "moved")
    moved = Folders(tmp_path / "moved" / "shop", tmp_path / "moved" / "truth")
    go_on(moved, 1)
    assert folders.out != moved.out
    assert read_state(moved).batch == 1
