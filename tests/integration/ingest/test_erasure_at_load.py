"""What sources deliver of erased customers arrives under the pseudonym, whatever is delivered."""

from __future__ import annotations

import json
from datetime import datetime

import duckdb
import pytest

from ingest import erasure
from ingest.raw import ensure_tables
from ingest.run import ingest_all

HEADER = (
    "customer_id,first_name,last_name,email,phone,postal_code,birth_date,city,"
    "marketing_consent,created_at,updated_at,street"
)
ADA = "C00001,Ada,Zwirn,ada.zwirn@x.example,+41 31 5550101,3011,1980-01-31,Bern,true"
BEN = "C00002,Ben,Amsel,ben@x.example,+41 31 5550102,3012,1981-01-31,Bern,true"
STAMPS = "2024-01-01 08:00:00,2024-01-01 08:00:00,Elm 1"
LATER = "2024-01-01 08:00:00,2024-02-01 08:00:00,Elm 1"
ORDERS = "order_id,customer_id,ordered_at,order_status,order_amount,updated_at"
PERSONAL = ("first_name", "last_name", "email", "phone", "postal_code", "birth_date")
SOURCES = """
sources:
  files:
    loader: files
    path: exports
    streams:
      customers: {deletes: full_compare}
      orders:
"""


@pytest.fixture
def pseudonym(shop) -> str:
    """Customer C00001 was erased before anything is loaded."""
    with duckdb.connect(str(shop.warehouse)) as connection:
        ensure_tables(connection)
        names = erasure.ensure_key(shop, connection)
        connection.execute(
            "INSERT INTO raw.erasures (customer_hash, pseudonym, email_hash, requested_at,"
            " erased_at) VALUES (?, ?, ?, ?, ?)",
            [
                names.hash_of("C00001"),
                names.of("C00001"),
                names.hash_of("ada.zwirn@x.example"),
                datetime(2024, 1, 1),  # noqa: DTZ001
                datetime(2024, 1, 1),  # noqa: DTZ001
            ],
        )
    return names.of("C00001")


@pytest.fixture
def deliver(exports, declare):
    """Writes the two files of the source."""
    declare(SOURCES)

    def write(customers: list[str], orders: list[str]) -> None:
        for name, header, lines in (
            ("customers", HEADER, customers),
            ("orders", ORDERS, orders),
        ):
            text = "\n".join((header, *lines, ""))
            (exports / f"{name}.csv").write_text(text, encoding="utf-8")

    return write


def order(number: int, customer: str, status: str = "paid") -> str:
    return f"O{number},{customer},2024-01-05,{status},10.00,2024-01-05"


def holds_ada(shop) -> list[str]:
    """The tables that show anything of her."""
    with duckdb.connect(str(shop.warehouse)) as connection:
        tables = [row[0] for row in connection.execute("SHOW ALL TABLES").fetchall()]
        assert tables
        named = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        texts = {t: str(connection.execute(f"FROM raw.{t}").fetchall()) for (t,) in named}
    words = ("C00001", "Zwirn", "ada.zwirn", "5550101", "Elm 1")
    return [table for table, text in texts.items() if any(word in text for word in words)]


def test_an_erased_customer_arrives_without_personal_data(shop, deliver, pseudonym, query) -> None:
    deliver([f"{ADA},{STAMPS}", f"{BEN},{STAMPS}"], [order(1, "C00001"), order(2, "C00002")])
    ingest_all(shop)
    found = query(
        f"SELECT {', '.join(PERSONAL)}, city, marketing_consent FROM raw.customers"
        f" WHERE customer_id = '{pseudonym}'"
    )
    assert found == [(None,) * len(PERSONAL) + ("Bern", False)]
    assert query("SELECT email FROM raw.customers WHERE customer_id = 'C00002'") == [
        ("ben@x.example",)
    ]
    assert query("SELECT order_id, customer_id FROM raw.orders ORDER BY ALL") == [
        ("O1", pseudonym),
        ("O2", "C00002"),
    ]
    assert holds_ada(shop) == []


def test_the_same_again_changes_nothing_and_a_newer_version_stays_erased(
    shop, deliver, pseudonym, query
) -> None:
    deliver([f"{ADA},{STAMPS}", f"{BEN},{STAMPS}"], [order(1, "C00001")])
    ingest_all(shop)
    customers, orders = ingest_all(shop)
    assert (customers.rows_unchanged, customers.rows_deleted, orders.rows_unchanged) == (2, 0, 1)
    newer = ADA.replace("ada.zwirn@", "ada.zwirn2@").replace("Bern", "Chur")
    deliver([f"{newer},{LATER}", f"{BEN},{STAMPS}"], [order(1, "C00001")])
    (customers, _) = ingest_all(shop)
    assert (customers.rows_updated, customers.rows_deleted) == (1, 0)
    assert query(f"SELECT city, email FROM raw.customers WHERE customer_id = '{pseudonym}'") == [
        ("Chur", None)
    ]
    assert holds_ada(shop) == []


def test_a_file_that_was_cleaned_gives_the_same_rows(shop, deliver, pseudonym, query) -> None:
    deliver([f"{ADA},{STAMPS}", f"{BEN},{STAMPS}"], [order(1, "C00001"), order(2, "C00001", "")])
    ingest_all(shop)
    cleaned = f"{pseudonym},,,,,,,Bern,true,2024-01-01 08:00:00,2024-01-01 08:00:00,"
    deliver([cleaned, f"{BEN},{STAMPS}"], [order(1, pseudonym), order(2, pseudonym, "")])
    customers, orders = ingest_all(shop)
    assert (customers.rows_unchanged, customers.rows_deleted) == (2, 0)
    assert (orders.rows_unchanged, orders.rows_rejected) == (1, 1)
    assert query("SELECT count(*) FROM raw.rejected_rows") == [(1,)]


def test_a_customer_whom_the_source_deletes_is_deleted(shop, deliver, pseudonym, query) -> None:
    deliver([f"{ADA},{STAMPS}", f"{BEN},{STAMPS}"], [])
    ingest_all(shop)
    deliver([f"{BEN},{STAMPS}"], [])
    (customers, _) = ingest_all(shop)
    assert customers.rows_deleted == 1
    assert query("SELECT row_key FROM raw.deleted_rows") == [(pseudonym,)]


def test_refused_rows_and_unreadable_lines_keep_nothing_of_the_person(
    shop, deliver, pseudonym, query
) -> None:
    refused = ADA.replace("1980-01-31", "in January")
    nameless = f"{ADA},{LATER}".removeprefix("C00001")
    deliver(
        [
            f"{refused},{STAMPS}",
            f"{refused},{LATER}",
            nameless,
            f"{ADA},{STAMPS},one,more",
            f"{BEN},{STAMPS}",
        ],
        [order(1, "C00001", "lost"), order(2, "C00001", "lost"), order(3, "C00002", "lost")],
    )
    customers, orders = ingest_all(shop)
    assert (customers.rows_rejected, orders.rows_rejected) == (4, 3)
    assert holds_ada(shop) == []
    kept = query("SELECT row_json FROM raw.rejected_rows")
    assert len(kept) == 7, "each refused row is still one of its own"
    erased = [json.loads(text) for (text,) in kept if "erased" in text]
    assert {row["customer_id"] for row in erased} == {pseudonym}
    assert len(erased) == 6
    ingest_all(shop)
    assert len(query("SELECT row_json FROM raw.rejected_rows")) == 7


def test_nobody_erased_nothing_changed(shop, deliver, query) -> None:
    deliver([f"{ADA},{STAMPS}"], [order(1, "C00001", "lost")])
    ingest_all(shop)
    assert query("SELECT customer_id, email FROM raw.customers") == [
        ("C00001", "ada.zwirn@x.example")
    ]
    assert not (shop.data / erasure.KEY_FILE).exists()
