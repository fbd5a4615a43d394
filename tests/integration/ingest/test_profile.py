"""`patron ingest profile`: counts, ranges, gaps and a score, worked out by hand."""

from __future__ import annotations

import json
from datetime import datetime

import duckdb
import pytest
from click.testing import CliRunner

from ingest.profile import profile_shop
from ingest.run import ingest_all
from patron.cli import patron
from patron.errors import PatronError, UsageError

HEADER = "order_id,customer_id,ordered_at,order_status,order_amount,updated_at,promo_code"
ROWS = (
    "O1,C1,2024-01-01 08:00:00,paid,10.00,2024-01-05,SPRING",
    "O2,C1,2024-01-03 09:30:00,paid,-2.50,2024-01-05,",
    "O3,C2,2024-01-02 00:00:00,lost,10.00,2024-01-05,",
    "O4,C2,2024-01-02 00:00:00,paid,30.00,2024-01-05,",
    "O5,C3,2024-01-02 00:00:00,paid,30.00,2024-01-05,",
)


@pytest.fixture
def loaded(shop, write_orders):
    write_orders(*ROWS, header=HEADER)
    ingest_all(shop)
    return shop


def test_columns(loaded) -> None:
    columns, _ = profile_shop(loaded, "orders")
    found = {column.column_name: column for column in columns}
    amount, promo, tax = found["order_amount"], found["promo_code"], found["tax_amount"]
    assert (amount.row_count, amount.value_count, amount.distinct_count) == (4, 4, 3)
    assert (amount.lowest, amount.highest) == ("-2.50", "30.00")
    assert (promo.value_count, promo.lowest, promo.highest) == (1, None, None)
    assert (tax.value_count, tax.lowest) == (0, None)


def test_a_required_value_that_went_missing_in_the_warehouse_is_not_counted(loaded) -> None:
    with duckdb.connect(str(loaded.warehouse)) as connection:
        connection.execute("UPDATE raw.orders SET order_status = NULL WHERE order_id = 'O4'")
    columns, _ = profile_shop(loaded, "orders")
    counts = {column.column_name: column.value_count for column in columns}
    assert (counts["order_status"], counts["order_amount"], counts["promo_code"]) == (3, 4, 1)


def test_the_score_of_a_table(loaded) -> None:
    _, qualities = profile_shop(loaded)
    orders = next(quality for quality in qualities if quality.stream == "orders")
    assert (orders.row_count, orders.rejected_count) == (4, 1)
    # Four of five rows are valid; six columns are full, promo_code has one value in four rows.
    assert orders.validity_share == pytest.approx(0.8)
    assert orders.completeness_share == pytest.approx((6 * 4 + 1) / (7 * 4))
    assert orders.quality_score == pytest.approx(100 * (0.6 * 0.8 + 0.4 * 25 / 28))
    assert orders.first_event_at == datetime.fromisoformat("2024-01-01T08:00")
    assert orders.last_event_at == datetime.fromisoformat("2024-01-03T09:30")


def test_an_empty_table_has_no_score(loaded) -> None:
    _, qualities = profile_shop(loaded)
    returns = next(quality for quality in qualities if quality.stream == "returns")
    assert (returns.row_count, returns.quality_score, returns.first_event_at) == (0, None, None)


def test_personal_data_is_only_counted(shop, declare, exports) -> None:
    declare("sources: {files: {loader: files, path: exports, streams: {customers: }}}")
    (exports / "customers.csv").write_text(
        "customer_id,email,birth_date,created_at,updated_at\n"
        "C1,ada@example.org,1990-01-01,2024-01-01,2024-01-01\n",
        encoding="utf-8",
    )
    ingest_all(shop)
    done = CliRunner().invoke(
        patron, ["--shop", str(shop.root), "ingest", "profile", "--stream", "customers", "--json"]
    )
    assert done.exit_code == 0
    columns = {c["column_name"]: c for c in json.loads(done.output)["columns"]}
    assert columns["birth_date"]["value_count"] == 1
    assert "1990" not in done.output
    assert "ada" not in done.output


def test_mistakes_are_named(shop, loaded) -> None:
    with pytest.raises(UsageError, match="unknown stream 'order'"):
        profile_shop(loaded, "order")
    loaded.warehouse.unlink()
    with pytest.raises(PatronError, match="nothing has been loaded yet"):
        profile_shop(loaded)
