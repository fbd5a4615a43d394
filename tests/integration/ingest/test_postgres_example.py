"""What docs/postgres.md and examples/postgres say works as they say."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal

import pytest

from ingest.configs import PostgresSource
from ingest.run import ingest_all
from ingest.scaffold import scaffold
from ingest.sources import load_sources
from patron.shop import find_project

EXAMPLE = find_project() / "examples" / "postgres"
DOCS = (find_project() / "docs" / "postgres.md").read_text(encoding="utf-8")


@pytest.fixture
def tables(execute) -> None:
    execute((EXAMPLE / "schema.sql").read_text(encoding="utf-8"))


def test_the_example_loads(shop, query, tables, execute) -> None:
    shutil.copytree(EXAMPLE, shop.root, dirs_exist_ok=True)
    assert [(load.stream, load.status, load.rows_inserted) for load in ingest_all(shop)] == [
        ("customers", "loaded", 2),
        ("orders", "loaded", 3),
        ("order_items", "loaded", 3),
        ("fx_rates", "absent", 0),
    ]
    assert query(
        "SELECT order_id, customer_id, ordered_at::VARCHAR, order_amount, updated_at::VARCHAR "
        "FROM raw.orders WHERE order_id > '100' ORDER BY order_id"
    ) == [
        ("101", "2", "2025-11-20 07:20:00", Decimal("12.50"), "2025-11-20 07:20:00"),
        ("102", "guest", "2025-11-21 18:00:00", Decimal("7.00"), "2025-11-21 18:30:00"),
    ]
    execute(
        "DELETE FROM webshop.purchases WHERE id = 102",
        "UPDATE webshop.purchases SET status = 'shipped', changed_at = '2025-11-21 20:00+01' "
        "WHERE id = 101",
    )
    orders = ingest_all(shop, streams=["orders"])[0]
    assert (orders.rows_read, orders.rows_updated, orders.rows_deleted) == (1, 1, 1)


def test_the_page_shows_the_example() -> None:
    shown = re.search(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
    assert shown is not None
    example = (EXAMPLE / "sources.yaml").read_text(encoding="utf-8")
    assert example.partition("\n")[2] == shown[1]


def test_the_page_explains_every_key() -> None:
    for name, field in PostgresSource.model_fields.items():
        assert name in ("loader", "max_drop") or f"| `{field.alias or name}` |" in DOCS


def test_the_users_rights_are_enough(
    shop, tables, execute, database, postgres_server, monkeypatch
) -> None:
    statements = re.search(r"```sql\n(.*?)```", DOCS, re.DOTALL)
    assert statements is not None
    reader = f"{database}_reader"
    rights = statements[1].replace("'...'", "'pass'").replace("patron_reader", reader)
    execute(rights)
    monkeypatch.setenv("SHOP_DSN", postgres_server.dsn(database, reader, "pass"))
    shutil.copytree(EXAMPLE, shop.root, dirs_exist_ok=True)
    assert sum(load.rows_inserted for load in ingest_all(shop)) == 8


def test_the_mapping_of_a_database_needs_no_path(shop, monkeypatch) -> None:
    monkeypatch.setenv("SHOP_DSN", "postgresql://127.0.0.1/shop")
    scaffold(shop, mapping="shop_simulator_postgres", path=None, overwrite=False)
    (source,) = load_sources(shop)
    assert source.config.loader == "postgres"
    assert "SHOP_DSN" in shop.sources_file.read_text(encoding="utf-8")
