"""The simulated shop in PostgreSQL: it arrives as from its files, and goes on as they do."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.contract import load_contract
from ingest.run import ingest_all
from patron.errors import PatronError
from simulate.postgres import fill
from simulate.settings import ShopSpec
from simulate.shopfolder import advance, create
from simulate.state import Folders
from tests.support.command import patron

SPEC = ShopSpec(customers=40, orders=150, days=90, end=date(2026, 1, 1))
SOURCES = """
sources:
  files: {mapping: shop_simulator, path: data/shop}
  postgres: {mapping: shop_simulator_postgres, dsn: "${SHOP_DSN}"}
"""


@pytest.fixture
def folders(shop) -> Folders:
    return Folders(shop.data / "shop", shop.data / "truth")


def quiet(done: int, count: int) -> None:
    """Nobody watches."""


def test_the_database_brings_what_the_files_bring(
    shop, declare, query, folders, postgres_server, database
) -> None:
    create(SPEC, folders, force=False, report=quiet)
    written = sum(fill(folders, "SHOP_DSN").values())
    declare(SOURCES)
    assert load(shop, "postgres") == written
    for days in (20, 1):
        advance(folders, days, report=quiet)
        written += sum(fill(folders, "SHOP_DSN").values())
    assert sum(fill(folders, "SHOP_DSN").values()) == 0
    # Not the whole history was read for it.
    assert load(shop, "postgres") < written / 2
    from_database = raw_tables(query)

    shop.warehouse.unlink()
    # In the files, a row is there again when it is delivered twice; in the database, once.
    assert load(shop, "files") > written
    from_files = raw_tables(query)
    assert sum(map(len, from_files.values())) > 1000
    for stream, rows in from_files.items():
        assert from_database[stream] == rows, stream
    batches = postgres_server.query("SELECT batch FROM simulated_deliveries ORDER BY 1", database)
    assert batches == [(-1,), (0,), (1,), (2,)]


def load(shop, source: str) -> int:
    """Load one source; gives the rows read."""
    loads = ingest_all(shop, sources=[source])
    for one in loads:
        accounted = one.rows_inserted + one.rows_updated + one.rows_unchanged + one.rows_rejected
        assert one.rows_read == accounted
    return sum(one.rows_read for one in loads)


def raw_tables(query) -> dict[str, list[object]]:
    columns = "* EXCLUDE (_source, _batch_id, _loaded_at)"
    return {
        stream: query(f"SELECT {columns} FROM raw.{stream} ORDER BY ALL")
        for stream in load_contract().streams
    }


def test_a_database_that_was_away_gets_all_it_missed(
    shop, folders, postgres_server, database, monkeypatch
) -> None:
    create(SPEC, folders, force=False, report=quiet)
    monkeypatch.setenv("SHOP_DSN", "postgresql://postgres:pass-word@127.0.0.1:1/shop")
    failed = patron(shop.root, "simulate", "advance", "--postgres-env", "SHOP_DSN")
    assert failed.returncode == 1
    assert "cannot be reached" in failed.stderr
    assert "pass-word" not in failed.stderr + failed.stdout
    monkeypatch.setenv("SHOP_DSN", postgres_server.dsn(database))
    kept = patron(shop.root, "simulate", "--if-missing", "--postgres-env", "SHOP_DSN")
    assert "rows written to the database of SHOP_DSN" in kept.stdout + kept.stderr
    batches = postgres_server.query("SELECT max(batch) FROM simulated_deliveries", database)
    assert batches == [(1,)]


def test_what_is_not_the_simulators_stays(folders, postgres_server, database) -> None:
    create(SPEC, folders, force=False, report=quiet)
    postgres_server.execute("CREATE TABLE orders (mine INT)", database=database)
    for force in (False, True):
        with pytest.raises(PatronError, match="the database holds a table 'orders' already"):
            fill(folders, "SHOP_DSN", force=force)
    assert postgres_server.query("SELECT count(*) FROM orders", database) == [(0,)]


def test_another_simulated_shop_is_replaced_only_by_force(
    folders, postgres_server, database
) -> None:
    create(SPEC, folders, force=False, report=quiet)
    first = fill(folders, "SHOP_DSN")
    create(ShopSpec(**{**vars(SPEC), "seed": 2}), folders, force=True, report=quiet)
    with pytest.raises(PatronError, match="the database holds another simulated shop"):
        fill(folders, "SHOP_DSN")
    second = fill(folders, "SHOP_DSN", force=True)
    counted = postgres_server.query("SELECT count(*) FROM order_items", database)
    assert counted == [(second["order_items"],)]
    assert second != first


def test_a_database_is_filled_from_typed_files(folders, monkeypatch) -> None:
    create(ShopSpec(**{**vars(SPEC), "file_format": "csv"}), folders, force=False, report=quiet)
    monkeypatch.delenv("SHOP_DSN", raising=False)
    with pytest.raises(PatronError, match="SHOP_DSN is not set"):
        fill(folders, "SHOP_DSN")
    monkeypatch.setenv("SHOP_DSN", "postgresql://127.0.0.1:1/shop")
    with pytest.raises(PatronError, match="Parquet"):
        fill(folders, "SHOP_DSN")
