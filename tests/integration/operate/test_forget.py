"""Forgetting a customer: nothing of her is left, no total moves, and she stays forgotten."""

from __future__ import annotations

import json
import os
import pty
import shutil
import stat
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from command import PATRON
from forgettable import (
    HER_EMAIL,
    HER_ID,
    HER_PHONE,
    ORDERS,
    add_models,
    customer,
    order,
    where_she_is,
    write_shop,
)
from stock import Stock

from ingest.erasure import KEY_FILE
from ingest.run import ingest_all
from operate import forget_journal
from operate.forget import forget, whom
from operate.reconcile import check
from operate.transform import run_prod
from patron.cli import patron
from patron.errors import UsageError
from patron.shop import Shop

NIGHT, NEXT_NIGHT = "2025-01-12T01:00:00", "2025-01-13T01:00:00"
TABLES = ("raw.customers", "raw.orders", "raw.rejected_rows", "raw.web_sessions")
MARTS = ("marts.mart_people", "staging.stg_orders", "marts.mart_customers", "ml.scores")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_SHOP", "unset")


@pytest.fixture
def loaded(tmp_path: Path) -> Shop:
    """A shop without models."""
    shop = write_shop(tmp_path / "shop")
    ingest_all(shop)
    return shop


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATRON_SHOP", "unset")
        stock = add_models(tmp_path_factory.mktemp("built"))
        ingest_all(shop_of(stock))
        run_prod(shop_of(stock), NIGHT)
    return stock


@pytest.fixture
def built(built_once: Stock, tmp_path: Path) -> Shop:
    """A shop with models, planned and published."""
    return shop_of(built_once.copy(tmp_path))


def shop_of(stock: Stock) -> Shop:
    return Shop(root=stock.shop, project=stock.project)


def erase(shop: Shop, *ids: str) -> Any:
    return forget(shop, whom(shop, ids, requested=False), execution_time=NIGHT)


def call(shop: Shop, *arguments: str) -> Result:
    return CliRunner().invoke(patron, ["--shop", str(shop.root), *arguments])


def ask(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def totals(path: Path, tables: tuple[str, ...]) -> dict[str, Any]:
    """Rows and sums of all numbers."""
    found: dict[str, Any] = {}
    for table in tables:
        kinds = ask(path, f"DESCRIBE {table}")
        numbers = [name for name, kind, *_ in kinds if kind.startswith(("BIGINT", "DECIMAL"))]
        sums = ", ".join(f"SUM({name})" for name in numbers) or "0"
        found[table] = ask(path, f"SELECT COUNT(*), {sums} FROM {table}")
    return found


def test_nothing_is_left_and_no_total_moves(built: Shop) -> None:
    before = totals(built.warehouse, TABLES + MARTS), totals(built.published, MARTS[:1])
    reachable = "SELECT COUNT(*) FROM marts.mart_people WHERE is_reachable"
    ((reached,),) = ask(built.published, reachable)
    assert where_she_is(built.root)
    done = erase(built, HER_ID)
    assert where_she_is(built.root) == []
    assert (done.customers, done.left, done.problem, done.shared) == (1, (), None, ())
    assert (totals(built.warehouse, TABLES + MARTS), totals(built.published, MARTS[:1])) == before
    assert ask(built.published, reachable) == [(reached - 1,)], "she cannot be written to"
    assert check(built, NIGHT).stale == (), "every table is as its own query makes it"
    assert not forget_journal.is_unfinished(built)


def test_life_goes_on(built: Shop) -> None:
    erase(built, HER_ID)
    folder = built.data / "exports"
    (folder / "orders" / "3.csv").write_text("\n".join((ORDERS, order(700), "")), "utf-8")
    loads = {load.stream: load for load in ingest_all(built)}
    assert loads["orders"].rows_read == 1, "cleaned files are not read again"
    assert (loads["customers"].rows_inserted, loads["customers"].rows_deleted) == (0, 0)
    assert loads["customers"].rows_updated == 0
    assert run_prod(built, NEXT_NIGHT).models
    assert where_she_is(built.root) == [str(folder / "orders" / "3.csv")]


def test_she_stays_forgotten_when_delivered_again(loaded: Shop) -> None:
    erase(loaded, HER_ID)
    changed = customer(7, email="quirinia.new@post.example", updated="2025-02-01", city="Nova")
    file = loaded.data / "exports" / "customers.csv"
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join((*(line for line in lines if "erased" not in line), changed)))
    (customers, *_) = ingest_all(loaded)
    assert (customers.rows_updated, customers.rows_deleted) == (1, 0)
    found = "SELECT city, email, first_name, marketing_consent FROM raw.customers"
    assert ask(loaded.warehouse, f"{found} WHERE city = 'Nova'") == [("Nova", None, None, False)]
    assert where_she_is(loaded.root) == [str(file)]
    again = erase(loaded, HER_ID)
    assert (again.rows, again.files) == (0, 1)
    assert where_she_is(loaded.root) == []


def test_other_peoples_files_stay_as_they_are(loaded: Shop) -> None:
    folder = loaded.data / "exports"
    before = {path: path.read_bytes() for path in folder.rglob("*.csv")}
    stamps = {path: path.stat().st_mtime_ns for path in before}
    erase(loaded, HER_ID)
    assert {path: path.stat().st_mtime_ns for path in before} == stamps
    for path, content in before.items():
        others = [line for line in content.splitlines() if HER_ID.encode() not in line]
        after = path.read_bytes().splitlines()
        assert [line for line in after if b"erased-" not in line] == others
    assert '"rate": 1.10' in (folder / "crm.json").read_text("utf-8")


def test_an_unknown_id_stops_everything(loaded: Shop) -> None:
    before = loaded.warehouse.read_bytes()
    answer = call(loaded, "forget", HER_ID, "C99", "--yes")
    assert isinstance(answer.exception, UsageError)
    assert "unknown customer: C99; nobody was forgotten" in str(answer.exception)
    assert ask(loaded.warehouse, "SELECT COUNT(*) FROM raw.erasures") == [(0,)]
    assert loaded.warehouse.read_bytes() == before or where_she_is(loaded.root)
    for nobody in ("guest", "erased-abc"):
        with pytest.raises(UsageError, match="stand for nobody"):
            whom(loaded, [nobody], requested=False)


def test_requests_wait_until_somebody_fulfils_them(loaded: Shop) -> None:
    requests = loaded.data / "exports" / "requests.csv"
    line = f"{HER_ID},2025-01-03 12:00:00"
    requests.write_text(f"customer_id,requested_at\n{line}\n", encoding="utf-8")
    ingest_all(loaded)
    assert "1 customer waits to be forgotten" in call(loaded, "status").output
    answer = call(loaded, "forget", "--requested", "--yes", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["left"] == []
    assert "waits" not in call(loaded, "status").output
    assert "nobody is waiting" in call(loaded, "forget", "--requested").output
    assert where_she_is(loaded.root) == []
    ((hashed, asked, files),) = ask(
        loaded.warehouse, "SELECT customer_hash, requested_at, files_changed FROM raw.erasures"
    )
    assert (len(hashed), asked) == (64, datetime(2025, 1, 3, 12))  # noqa: DTZ001
    assert files >= 6
    ingest_all(loaded)
    assert "waits" not in call(loaded, "status").output, "the request itself comes again"


def test_contact_data_of_two_customers_leads_to_neither(loaded: Shop) -> None:
    with duckdb.connect(str(loaded.warehouse)) as connection:
        connection.execute(
            f"UPDATE raw.customers SET email = '{HER_EMAIL}' WHERE customer_id = 'C00000008'"
        )
    done = erase(loaded, HER_ID)
    assert done.shared == ((HER_EMAIL.lower(), "C00000008"),)
    assert done.left == ()
    kept = "SELECT email FROM raw.customers WHERE customer_id = 'C00000008'"
    assert ask(loaded.warehouse, kept) == [(HER_EMAIL,)]
    assert HER_PHONE not in (loaded.data / "exports" / "customers.csv").read_text("utf-8")


def test_what_cannot_be_cleaned_is_told_with_exit_code_1(loaded: Shop) -> None:
    note = loaded.root / "note.odt"
    note.write_text(f"call {HER_EMAIL}", encoding="utf-8")
    answer = call(loaded, "forget", HER_ID, "--yes")
    assert answer.exit_code == 1
    assert f"STILL HOLDS A PERSON: {note}" in answer.output
    note.unlink()
    assert call(loaded, "forget", HER_ID, "--yes").exit_code == 0


def test_sources_elsewhere_are_named_and_not_touched(loaded: Shop, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.copytree(loaded.data / "exports", outside)
    text = loaded.sources_file.read_text("utf-8")
    loaded.sources_file.write_text(text.replace("data/exports", str(outside)), "utf-8")
    done = erase(loaded, HER_ID)
    assert f"source exports: {outside / 'customers.csv'} holds a person" in done.elsewhere
    assert HER_EMAIL in (outside / "customers.csv").read_text("utf-8")
    assert done.left == ()


def test_the_key_and_the_log_name_nobody(loaded: Shop) -> None:
    erase(loaded, HER_ID)
    key = loaded.data / KEY_FILE
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    ((pseudonym,),) = ask(loaded.warehouse, "SELECT pseudonym FROM raw.erasures")
    orders = f"SELECT COUNT(*) FROM raw.orders WHERE customer_id = '{pseudonym}'"
    # Each seventh of 399 orders, less those refused.
    assert ask(loaded.warehouse, orders) == [(57 - 5,)]


def test_without_a_terminal_it_wants_to_be_told(loaded: Shop) -> None:
    answer = call(loaded, "forget", HER_ID)
    assert answer.exit_code == 2
    assert "add --yes" in answer.output
    assert ask(loaded.warehouse, "SELECT COUNT(*) FROM raw.erasures") == [(0,)]


def test_on_a_terminal_it_asks_first(loaded: Shop) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, b"n\n")
        done = subprocess.run(
            [*PATRON, "--shop", str(loaded.root), "forget", HER_ID],
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 130
    assert f"Erase the personal data of 1 ({HER_ID})? It cannot be undone." in done.stderr
    assert ask(loaded.warehouse, "SELECT COUNT(*) FROM raw.erasures") == [(0,)]
