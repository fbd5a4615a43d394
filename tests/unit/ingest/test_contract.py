"""The contract as data, the raw tables and the external models made from it."""

from __future__ import annotations

import duckdb
import pytest
import yaml

from ingest.contract import CONTRACT_FILE, load_contract
from ingest.describe import BEGIN, END, contract_markdown, contract_rows, stream_rows
from ingest.external_models import EXTERNAL_MODELS_FILE, external_models, write_external_models
from ingest.raw import ensure_tables
from patron.errors import UsageError
from patron.shop import find_project

KINDS = {"text", "integer", "decimal", "boolean", "date", "timestamp"}


def test_the_contract_has_the_seventeen_streams() -> None:
    assert len(load_contract().streams) == 17
    assert [t.name for t in load_contract().tables if t.needed] == ["customers", "orders"]


def test_parents_come_before_children() -> None:
    order = load_contract().streams
    children = {
        "orders": ["customers"],
        "order_items": ["orders", "products"],
        "products": ["categories"],
        "payments": ["orders"],
        "returns": ["orders"],
        "campaign_touches": ["campaigns", "customers"],
    }
    for child, parents in children.items():
        assert all(order.index(parent) < order.index(child) for parent in parents)


@pytest.mark.parametrize("table", load_contract().tables, ids=lambda table: table.name)
def test_every_table_is_whole(table) -> None:
    assert table.description
    assert table.feeds
    assert set(table.primary_key) <= set(table.required)
    assert (table.version == "updated_at") == ("updated_at" in table.column_names)
    for column in table.all_columns:
        assert column.description
        assert column.kind in KINDS


def test_nothing_of_the_contract_is_lost_in_reading() -> None:
    declared = yaml.safe_load(CONTRACT_FILE.read_text(encoding="utf-8"))
    columns = {
        f"{table}.{name}": set(body)
        for group in (
            declared["tables"],
            declared["records"],
            {"": {"columns": declared["delivery"]}},
        )
        for table, whole in group.items()
        for name, body in whole["columns"].items()
    }
    keys = {"type", "description", "required", "values", "min", "max", "personal", "formerly"}
    # A comma in a text that is not quoted ends it, and what follows is a key.
    assert {name: found - keys for name, found in columns.items() if found - keys} == {}
    described = load_contract().table("orders").column("discount_amount").description
    assert described == "Whole discount on the goods, that of the lines included"


def test_personal_data_is_in_customers_only() -> None:
    tables = {t.name for t in load_contract().tables if any(c.personal for c in t.columns)}
    assert tables == {"customers"}


def test_types_are_those_of_duckdb() -> None:
    orders, rates = load_contract().table("orders"), load_contract().table("fx_rates")
    assert orders.column("order_amount").sql_type == "DECIMAL(18, 2)"
    assert orders.column("ordered_at").sql_type == "TIMESTAMP"
    assert rates.column("rate_to_reporting").sql_type == "DECIMAL(18, 8)"
    assert rates.column("rate_to_reporting").scale == 8


def test_raw_tables_are_made_once_and_as_declared() -> None:
    with duckdb.connect() as connection:
        ensure_tables(connection)
        connection.execute("INSERT INTO raw.erasure_requests (customer_id) VALUES ('c')")
        ensure_tables(connection)
        assert connection.execute("SELECT count(*) FROM raw.erasure_requests").fetchone() == (1,)
        for table in load_contract().tables + load_contract().records:
            described = connection.execute(f"DESCRIBE raw.{table.name}").fetchall()
            assert [(name, kind.replace(",", ", ")) for name, kind, *_ in described] == [
                (column.name, column.sql_type) for column in table.all_columns
            ]


def test_a_column_new_in_the_contract_is_added() -> None:
    with duckdb.connect() as connection:
        ensure_tables(connection)
        connection.execute("ALTER TABLE raw.orders DROP COLUMN promo_code")
        ensure_tables(connection)
        columns = [row[0] for row in connection.execute("DESCRIBE raw.orders").fetchall()]
        assert "promo_code" in columns


def test_the_committed_external_models_are_what_the_generator_writes(tmp_path) -> None:
    committed = (find_project() / EXTERNAL_MODELS_FILE).read_text(encoding="utf-8")
    assert committed == external_models(), "run: patron ingest contract --external-models"
    assert write_external_models(tmp_path).read_text(encoding="utf-8") == committed


def test_external_models_have_types_and_audits() -> None:
    models = {model["name"]: model for model in yaml.safe_load(external_models())}
    assert len(models) == len(load_contract().tables + load_contract().records)
    orders = models["raw.orders"]
    assert orders["columns"]["order_amount"] == "DECIMAL(18, 2)"
    assert orders["audits"] == [
        {
            "name": "not_null",
            "columns": "[order_id, customer_id, ordered_at, order_status, order_amount, "
            "updated_at, _source, _batch_id, _loaded_at]",
        },
        {
            "name": "unique_combination_of_columns",
            "columns": "[order_id]",
            "condition": "order_id IN (SELECT order_id FROM raw.orders WHERE _loaded_at >= ("
            "SELECT CASE WHEN MAX(audited_at) < @start_dt::TIMESTAMP + INTERVAL '2' DAY"
            " THEN MAX(audited_at) ELSE @start_dt::TIMESTAMP END FROM quality.audit_results"
            " WHERE environment = 'prod' AND model = 'raw.orders'"
            " AND audit = 'unique_combination_of_columns' AND failed_rows = 0))",
        },
    ]


def test_the_docs_show_the_contract() -> None:
    text = (find_project() / "docs" / "sources.md").read_text(encoding="utf-8")
    shown = text.partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == contract_markdown(), "run: patron ingest contract --docs"


def test_the_contract_for_people() -> None:
    assert [row["stream"] for row in contract_rows()] == list(load_contract().streams)
    status = next(row for row in stream_rows("orders") if row["column"] == "order_status")
    assert status["description"].endswith("pending, paid, shipped, delivered, cancelled, refunded")
    with pytest.raises(UsageError, match="unknown stream 'order'") as caught:
        stream_rows("order")
    assert "did you mean 'orders'?" in str(caught.value)


def test_a_warehouse_from_before_a_column_gets_what_was_so_then() -> None:
    with duckdb.connect() as connection:
        ensure_tables(connection)
        connection.execute("ALTER TABLE raw.load_log DROP COLUMN rows_deleted")
        connection.execute("ALTER TABLE raw.orders DROP COLUMN promo_code")
        connection.execute("INSERT INTO raw.load_log (batch_id) VALUES ('1')")
        connection.execute("INSERT INTO raw.orders (order_id) VALUES ('1')")
        ensure_tables(connection)
        assert connection.execute("SELECT rows_deleted FROM raw.load_log").fetchall() == [(0,)]
        assert connection.execute("SELECT promo_code FROM raw.orders").fetchall() == [(None,)]
