"""Same seed and arguments, same bytes; another seed, another shop; both formats, the same rows."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from simulated_shop import SimulatedShop, hashes, make

from simulate.streams import STREAMS


def test_same_arguments_give_the_same_bytes(tmp_path):
    first, second = (make(tmp_path / name) for name in ("first", "second"))
    assert hashes(first.out) == hashes(second.out)
    assert hashes(first.truth) == hashes(second.truth)
    assert len(hashes(first.out)) == len(STREAMS)


def test_the_bytes_do_not_depend_on_the_process(tmp_path):
    """Hash randomisation, threads and the working directory leave no trace."""
    here = make(tmp_path / "here")
    command = [sys.executable, "-c", "from patron.cli import main; main()", "simulate"]
    sizes = ["--customers", "300", "--orders", "3000", "--days", "200"]
    options = [*sizes, "--end", "2026-03-01", "--seed", "3"]
    out = tmp_path / "there" / "shop"
    subprocess.run(
        [*command, *options, "--out", str(out)],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": "7", "PATRON_SHOP": str(tmp_path / "home")},
    )
    assert hashes(out) == hashes(here.out)
    assert hashes(out.parent / "truth") == hashes(here.truth)


def test_another_seed_gives_another_shop(tmp_path):
    first, second = make(tmp_path / "first", seed=1), make(tmp_path / "second", seed=2)
    same = hashes(first.out).items() & hashes(second.out).items()
    # The categories are always the same; in so small a shop nobody may ask to be erased.
    unchanging = {"categories/0000-initial.parquet", "erasure_requests/0000-initial.parquet"}
    assert {name for name, _ in same} <= unchanging


def test_csv_and_parquet_hold_the_same_rows(tmp_path):
    shops = [
        SimulatedShop(make(tmp_path / file_format, file_format=file_format))
        for file_format in ("csv", "parquet")
    ]
    for stream in STREAMS:
        found = [
            shop.rows(
                f"SELECT COLUMNS(* EXCLUDE (filename))::VARCHAR FROM {stream.name} ORDER BY ALL"
            )
            for shop in shops
        ]
        assert found[0] == found[1], stream.name
        assert found[0] or stream.name == "erasure_requests", stream.name


def test_portions_do_not_change_the_rows(tmp_path, monkeypatch):
    """A large shop is written in several files per stream; the rows are the same."""
    whole = SimulatedShop(make(tmp_path / "whole"))
    monkeypatch.setattr("simulate.orders.PORTION_ORDERS", 700)
    monkeypatch.setattr("simulate.touches.GROUP_CUSTOMERS", 100)
    folders = make(tmp_path / "parts")
    names = sorted(path.name for path in (folders.out / "orders").iterdir())
    assert names == [f"0000-initial-{number:03d}.parquet" for number in range(5)]
    assert len(list((folders.out / "campaign_touches").iterdir())) > 1
    parts = SimulatedShop(folders)
    for stream in STREAMS:
        query = f"SELECT * EXCLUDE (filename) FROM {stream.name} ORDER BY ALL"
        assert parts.rows(query) == whole.rows(query), stream.name


@pytest.mark.parametrize(
    ("customers", "orders", "days"),
    [(1, 0, 1), (1, 1, 1), (1, 50, 1), (50, 1, 3), (200, 0, 365), (3, 400, 30)],
)
def test_tiny_and_empty_shops_are_exact(tmp_path, customers, orders, days):
    shop = SimulatedShop(make(tmp_path, customers=customers, orders=orders, days=days, seed=1))
    assert shop.one("SELECT count(*) FROM customers") == customers
    assert shop.one("SELECT count(*) FROM orders") == pytest.approx(orders, rel=0.03)
    assert shop.one("SELECT count(*) FROM products") >= 100
    if orders == 0:
        for stream in ("orders", "order_items", "payments", "returns"):
            assert shop.one(f"SELECT count(*) FROM {stream}") == 0
        assert shop.one("SELECT sum(expected_net_spend_365d) FROM truth_customers") == 0
