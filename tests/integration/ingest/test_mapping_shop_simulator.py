"""The simulated shop through its mapping: everything arrives, and an advance brings what is new."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.contract import load_contract
from ingest.run import ingest_all
from ingest.scaffold import scaffold

# In so small a shop nobody asks to be erased.
LOADED = tuple(stream for stream in load_contract().streams if stream != "erasure_requests")


@pytest.fixture
def patron(shop):
    def run(*arguments: str) -> None:
        command = [str(Path(sys.executable).with_name("patron")), "--shop", str(shop.root)]
        subprocess.run([*command, *arguments], check=True, capture_output=True)

    return run


def loaded_rows(query) -> dict[str, int]:
    return {stream: query(f"SELECT count(*) FROM raw.{stream}")[0][0] for stream in LOADED}


def test_parquet_and_csv_give_the_same_raw_tables(shop, patron, query) -> None:
    size = "--customers", "60", "--orders", "400", "--days", "200", "--end", "2026-01-01"
    found = {}
    for kind in ("parquet", "csv"):
        patron(
            "simulate",
            *size,
            "--format",
            kind,
            "--out",
            str(shop.root / kind),
            "--truth",
            str(shop.root / f"truth_{kind}"),
        )
        scaffold(shop, mapping="shop_simulator", path=str(shop.root / kind), overwrite=True)
        shop.warehouse.unlink(missing_ok=True)
        loads = {load.stream: load for load in ingest_all(shop)}
        assert {name for name, load in loads.items() if load.status == "loaded"} == set(LOADED)
        reviews = f"'{shop.root}/{kind}/reviews/0000-initial.{kind}'"
        wrong = query(f"SELECT count(*) FROM {reviews} WHERE rating NOT BETWEEN 1 AND 5")[0][0]
        rejected = {name: load.rows_rejected for name, load in loads.items() if load.rows_rejected}
        assert rejected == {"reviews": wrong}, "the only values that no contract could take"
        assert "legacy_code" in " ".join(loads["customers"].notices)
        columns = "* EXCLUDE (_loaded_at)"
        found[kind] = {s: query(f"SELECT {columns} FROM raw.{s} ORDER BY ALL") for s in LOADED}
    assert found["csv"] == found["parquet"]
    assert len(found["csv"]["orders"]) >= 400


def test_an_advance_brings_what_is_new(shop, patron, query) -> None:
    patron(
        "simulate", "--customers", "60", "--orders", "400", "--days", "200", "--end", "2026-01-01"
    )
    scaffold(shop, mapping="shop_simulator", path="data/shop", overwrite=True)
    ingest_all(shop)
    before = loaded_rows(query)
    assert sum(load.rows_read for load in ingest_all(shop)) == 0
    patron("simulate", "advance", "--days", "14")
    loads = [load for load in ingest_all(shop) if load.status == "loaded"]
    assert sum(load.rows_read for load in loads) < sum(before.values())
    after = loaded_rows(query)
    assert after["orders"] > before["orders"]
    assert after["orders"] - before["orders"] == next(
        load.rows_inserted for load in loads if load.stream == "orders"
    )
