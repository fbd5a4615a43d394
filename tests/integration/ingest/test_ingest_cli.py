"""The commands `patron init` and `patron ingest` as people call them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.cli import COLUMNS
from patron.cli import patron
from patron.errors import BusyError, PatronError, UsageError
from patron.lock import writer_lock
from tests.support.another import WRITER_LOCK, another

ORDER = "order_id,customer_id,ordered_at,order_status,order_amount,updated_at\n1,a,{0},paid,1,{0}\n"


@pytest.fixture
def call(shop):
    def run(*arguments: str):
        result = CliRunner().invoke(
            patron, ["--shop", str(shop.root), *arguments], catch_exceptions=False
        )
        return result.output

    return run


def test_init_writes_a_template_that_ingest_understands(shop, call) -> None:
    output = call("init")
    assert f"wrote {shop.sources_file}" in output
    assert "patron ingest" in output
    assert (shop.root / "exports").is_dir()
    assert "SHOP_DSN" in (shop.root / ".env.example").read_text()
    with pytest.raises(PatronError, match="the query reads 'customers'"):
        call("ingest")


def test_init_does_not_overwrite_unless_told_to(shop, call) -> None:
    call("init")
    with pytest.raises(PatronError, match=r"has a sources[.]yaml already"):
        call("init")
    shop.sources_file.write_text("mine")
    assert "stays as it is" in call("init", "--if-missing")
    assert shop.sources_file.read_text() == "mine"
    call("init", "--force")
    assert shop.sources_file.read_text() != "mine"


def test_init_names_the_shops_own_path_before_that_of_the_working_directory(
    shop, call, tmp_path, monkeypatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "data" / "shop").mkdir(parents=True)
    monkeypatch.chdir(elsewhere)
    mapped = ("init", "--mapping", "shop_simulator", "--path", "data/shop", "--force")
    call(*mapped)
    assert f"path: {elsewhere / 'data' / 'shop'}\n" in shop.sources_file.read_text()
    (shop.root / "data" / "shop").mkdir(parents=True)
    call(*mapped)
    assert "path: data/shop\n" in shop.sources_file.read_text()


def test_init_with_a_mapping(shop, call, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="needs to know what to read"):
        call("init", "--mapping", "online_retail_2")
    with pytest.raises(PatronError, match="unknown mapping 'online_retail'") as caught:
        call("init", "--mapping", "online_retail")
    assert "did you mean 'online_retail_2'?" in str(caught.value)
    assert "next: patron ingest" in call(
        "init", "--mapping", "shop_simulator", "--path", "data/shop"
    )
    assert "path: data/shop\n" in shop.sources_file.read_text()
    outside = tmp_path / "retail.zip"
    outside.touch()
    call("init", "--mapping", "online_retail_2", "--path", str(outside), "--force")
    assert f"path: {outside}\n" in shop.sources_file.read_text()


def test_ingest_shows_what_it_did(shop, call, write_orders, exports) -> None:
    (exports / "orders.csv").write_text(ORDER.format("2024-01-01") + "2,a\n")
    output = call("ingest")
    assert all(name in output for name in ("stream", *COLUMNS[:-1], "sec"))
    assert "deleted" not in output
    assert "rejected rows and their reasons are in raw.rejected_rows" in output
    (load,) = json.loads(call("ingest", "--json", "--stream", "orders").partition("\nrejected")[0])
    assert (load["stream"], load["rows_read"], load["rows_unchanged"]) == ("orders", 2, 1)


def test_several_sources_of_a_stream_and_deletions_are_told_apart(
    call, declare, write_orders, exports
) -> None:
    source = "loader: files, path: exports, streams: {orders: {deletes: full_compare}}"
    declare(f"sources:\n  till: {{{source}}}\n  office: {{{source}}}\n")
    header, line = ORDER.format("2024-01-01").splitlines()
    (exports / "orders.csv").write_text(f"{header}\n{line}\n2{line[1:]}\n")
    call("ingest")
    (exports / "orders.csv").write_text(f"{header}\n{line}\n")
    output = call("ingest")
    assert "till.orders" in output
    assert "office.orders" in output
    assert "deleted" in output


def test_ingest_waits_or_leaves_when_somebody_writes(shop, call, write_orders, exports) -> None:
    (exports / "orders.csv").write_text(ORDER.format("2024-01-01"))
    with another(WRITER_LOCK, shop.root):
        began = time.monotonic()
        with pytest.raises(BusyError, match="another process is writing: patron other"):
            call("ingest", "--wait", "0.5")
        assert time.monotonic() - began >= 0.5
    with writer_lock(shop, "patron run"):
        assert "orders" in call("ingest")


def test_the_contract_is_shown(call, shop, monkeypatch, tmp_path) -> None:
    assert "marketing_spend" in call("ingest", "contract")
    rows = json.loads(call("ingest", "contract", "--stream", "reviews", "--json"))
    assert [row["column"] for row in rows][:2] == ["review_id", "order_id"]


def test_help_has_examples() -> None:
    for command in ("init", "ingest"):
        assert "Example: patron" in CliRunner().invoke(patron, [command, "--help"]).output


def test_help_is_immediate() -> None:
    code = "import sys, ingest.cli; print(sorted({m.partition('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    for heavy in ("duckdb", "pandas", "sqlmesh", "yaml", "pydantic", "rich"):
        assert f"'{heavy}'" not in loaded


def test_an_error_is_one_message_without_a_traceback(shop) -> None:
    command = [str(Path(sys.executable).with_name("patron")), "--shop", str(shop.root), "ingest"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("patron: the shop has no sources.yaml")
    assert "Traceback" not in done.stderr


def test_init_writes_the_settings_of_a_mapping_and_keeps_those_that_are_there(shop, call):
    init = ("init", "--mapping", "online_retail_2", "--path", "retail.zip", "--force")
    call(*init)
    assert "PATRON_CURRENCY=GBP" in shop.settings_file.read_text().splitlines()
    assert shop.settings_file.stat().st_mode & 0o777 == 0o600
    shop.settings_file.write_text("PATRON_CURRENCY=EUR\n")
    call(*init)
    assert shop.settings_file.read_text() == "PATRON_CURRENCY=EUR\n"


def test_init_with_a_path_and_no_mapping_is_refused(shop, call):
    with pytest.raises(UsageError, match="no mapping is named"):
        call("init", "--path", "exports")
    assert not shop.sources_file.exists()
