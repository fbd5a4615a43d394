"""The salt, the pseudonyms and what is kept of a refused row."""

from __future__ import annotations

import json
import stat

import duckdb
import pytest

from ingest import erasure
from ingest.contract import load_contract
from ingest.raw import ensure_tables
from patron.errors import PatronError


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        ensure_tables(opened)
        yield opened


def remember_somebody(connection) -> None:
    connection.execute(
        "INSERT INTO raw.erasures (customer_hash, pseudonym, requested_at, erased_at)"
        " VALUES ('h', 'erased-h', now()::TIMESTAMP, now()::TIMESTAMP)"
    )


def test_the_key_is_made_once_and_only_its_owner_may_read_it(shop, connection) -> None:
    first = erasure.ensure_key(shop, connection)
    path = shop.data / erasure.KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert erasure.ensure_key(shop, connection) == first
    assert [found.name for found in shop.data.iterdir()] == [erasure.KEY_FILE]


@pytest.mark.parametrize("left", [None, "", "abc"])
def test_a_lost_key_is_an_error_once_somebody_was_erased(shop, connection, left) -> None:
    erasure.prepare(shop, connection)
    remember_somebody(connection)
    if left is not None:
        (shop.data / erasure.KEY_FILE).write_text(left, encoding="ascii")
    with pytest.raises(PatronError, match="is missing, so nothing is loaded"):
        erasure.prepare(shop, connection)
    with pytest.raises(PatronError, match="is missing, so nothing is loaded"):
        erasure.ensure_key(shop, connection)


def test_loading_without_the_salt_is_impossible_once_somebody_was_erased(connection) -> None:
    remember_somebody(connection)
    with pytest.raises(RuntimeError, match="not prepared"):
        erasure.erase_staged(connection, load_contract().table("orders"))


def test_pseudonyms_depend_on_customer_and_shop() -> None:
    one, other = erasure.Pseudonyms("salt"), erasure.Pseudonyms("pepper")
    assert one.of("C1") == erasure.Pseudonyms("salt").of("C1")
    assert len({one.of("C1"), one.of("C2"), other.of("C1")}) == 3
    assert "C1" not in one.of("C1")


def kept(connection, table, key: str, document: dict[str, object]) -> str:
    sql = erasure.erased_json(table, "$key", "$document", "'erased-1'")
    row = connection.execute(f"SELECT {sql}", {"key": key, "document": json.dumps(document)})
    return str(row.fetchone()[0])


def test_a_refused_row_keeps_nothing_but_a_hash_that_tells_it_from_others(connection) -> None:
    erasure.set_salt(connection, erasure.Pseudonyms("salt"))
    table = load_contract().table("customers")
    row = {"customer_id": "C1", "email": "ada@x.example", "city": "Bern", "street": "Elm 1"}
    first = kept(connection, table, "erased-1", row)
    assert set(json.loads(first)) == {"customer_id", "erased"}
    cleaned = row | {"customer_id": "erased-1", "email": None, "street": ""}
    assert kept(connection, table, "erased-1", cleaned) == first
    assert kept(connection, table, "erased-1", row | {"city": "Chur"}) != first
    assert kept(connection, table, "a.csv:1", {"line": "a"}) == kept(
        connection, table, "a.csv:1", {"line": "b"}
    )
    assert kept(connection, table, "a.csv:1", {}) != kept(connection, table, "a.csv:2", {})
