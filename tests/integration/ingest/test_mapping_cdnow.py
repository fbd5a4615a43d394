"""CDNOW: every purchase, CD and dollar arrives, and the published model comes out of them."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from ingest.run import ingest_all
from ingest.scaffold import scaffold
from ingest.sources import load_mapping
from ml.btyd import fit_beta_geometric
from patron.shop import SHOP_VARIABLE, Shop, find_shop
from tests.support.refusals import refusals

HEADER = "customer_id,sample_customer_id,date,number_of_cds,dollar_value"
# One row per customer: repeat days, weeks until the last one, weeks until 30 September 1997.
CALIBRATION = """
    SELECT count(DISTINCT day) - 1, date_diff('day', min(day), max(day)) / 7,
           date_diff('day', min(day), DATE '1997-09-30') / 7
    FROM (SELECT customer_id, CAST(ordered_at AS DATE) AS day FROM raw.orders)
    WHERE day <= DATE '1997-09-30' GROUP BY customer_id
"""


def test_dollars_are_divided_among_the_cds_to_the_cent(shop, query) -> None:
    lines = (
        "00004,0001,19970101,2,29.33",
        "00004,0001,19970101,3,10.00",
        "00004,0001,19970230,1,5.00",
        "00021,0002,19970103,1,0.00",
        "00021,0002,19970104,some,7.00",
    )
    (shop.root / "cdnow.csv").write_text("\n".join((HEADER, *lines, "")))
    scaffold(shop, mapping="cdnow", path="cdnow.csv", overwrite=True)
    loads = {load.stream: load for load in ingest_all(shop)}
    assert query(
        "SELECT order_id, line_number, quantity, unit_price FROM raw.order_items ORDER BY ALL"
    ) == [
        ("00004-19970101-1", 1, 1, Decimal("14.66")),
        ("00004-19970101-1", 2, 1, Decimal("14.67")),
        ("00004-19970101-2", 1, 2, Decimal("3.33")),
        ("00004-19970101-2", 2, 1, Decimal("3.34")),
        ("00021-19970103-1", 1, 1, Decimal("0.00")),
    ]
    assert query("SELECT order_id, CAST(ordered_at AS VARCHAR) FROM raw.orders ORDER BY 1") == [
        ("00004-19970101-1", "1997-01-01 12:00:00"),
        ("00004-19970101-2", "1997-01-01 12:00:00"),
        ("00021-19970103-1", "1997-01-03 12:00:00"),
        ("00021-19970104-1", "1997-01-04 12:00:00"),
    ]
    # The 30th of February, and the number of CDs that is none.
    assert (loads["orders"].rows_rejected, loads["order_items"].rows_rejected) == (1, 2)


@pytest.fixture(scope="module")
def loaded(real_data, tmp_path_factory) -> Shop:
    shop = find_shop(tmp_path_factory.mktemp("cdnow"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SHOP_VARIABLE, str(shop.root))
        scaffold(
            shop, mapping="cdnow", path=str(real_data / "cdnow_sample.parquet"), overwrite=True
        )
        assert sum(load.rows_rejected for load in ingest_all(shop)) == 0
        assert sum(load.rows_inserted + load.rows_updated for load in ingest_all(shop)) == 0
    return shop


@pytest.mark.real_data
def test_customers_purchases_cds_and_dollars_are_those_of_the_file(loaded, real_data) -> None:
    cds, dollars = duckdb.sql(
        "SELECT sum(number_of_cds::INT), sum(dollar_value::DECIMAL(18, 2)) "
        f"FROM '{real_data / 'cdnow_sample.parquet'}'"
    ).fetchall()[0]
    with duckdb.connect(str(loaded.warehouse), read_only=True) as connection:
        assert connection.execute(
            "SELECT count(*), count(DISTINCT customer_id), sum(order_amount) FROM raw.orders"
        ).fetchone() == (6_919, 2_357, dollars)
        assert connection.execute("SELECT count(*) FROM raw.customers").fetchone() == (2_357,)
        assert connection.execute(
            "SELECT sum(quantity), sum(quantity * unit_price) FROM raw.order_items"
        ).fetchone() == (cds, dollars)
        assert connection.execute(
            """
            SELECT count(*) FROM raw.orders LEFT JOIN (
              SELECT order_id, sum(quantity * unit_price) AS amount FROM raw.order_items GROUP BY 1
            ) USING (order_id)
            WHERE amount IS DISTINCT FROM order_amount
            """
        ).fetchone() == (0,)


@pytest.mark.real_data
def test_staging_refuses_what_was_free_and_no_more(loaded) -> None:
    earliest = load_mapping("cdnow", "test").settings["PATRON_EARLIEST_EVENT_DATE"]
    assert refusals(loaded, earliest_event_date=earliest) == {
        ("orders", "amount of a sale is zero"): 8,
        ("order_items", "order is unknown or was refused"): 8,
    }


@pytest.mark.real_data
def test_the_published_bg_nbd_model_comes_out_of_raw(loaded) -> None:
    """Fader, Hardie, Lee (2005), table 2."""
    with duckdb.connect(str(loaded.warehouse), read_only=True) as connection:
        found = connection.execute(CALIBRATION).fetchnumpy()
    fitted = fit_beta_geometric(*(column.astype(float) for column in found.values()))
    assert (fitted.r, fitted.alpha, fitted.a, fitted.b) == pytest.approx(
        (0.243, 4.414, 0.793, 2.426), abs=5e-4
    )
    assert fitted.log_likelihood == pytest.approx(-9582.43, abs=5e-3)
