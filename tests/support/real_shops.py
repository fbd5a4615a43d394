"""Customers' days of public data sets, as queries for `prediction_data.with_days`.

The files are not part of the repository; see CONTRIBUTING.md for where they are looked for.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

_ONLINE_RETAIL_2 = """
WITH invoices AS (
    SELECT Invoice, MIN(SPLIT_PART("Customer ID", '.', 1)) AS customer_id,
        MIN(InvoiceDate::TIMESTAMP)::DATE AS order_date, COUNT(*) AS lines,
        SUM(Quantity::INT) AS units,
        SUM((Quantity::INT * Price::DECIMAL(18, 2))::DECIMAL(18, 2)) AS amount
    FROM (SELECT DISTINCT * FROM READ_CSV('{path}', header = TRUE, all_varchar = TRUE))
    WHERE "Customer ID" IS NOT NULL AND REGEXP_MATCHES(Invoice, '^[0-9]')
        AND REGEXP_MATCHES(StockCode, '^[0-9]{{5}}') AND Quantity::INT > 0
        AND Price::DECIMAL(18, 2) > 0
    GROUP BY Invoice
)
SELECT customer_id, order_date, COUNT(*) AS order_count, SUM(lines) AS line_count,
    SUM(units) AS item_count, 0 AS discounted_order_count, SUM(amount) AS net_revenue_amount,
    NULL AS gross_margin_amount
FROM invoices GROUP BY customer_id, order_date
"""

_CDNOW = """
SELECT customer_id, STRPTIME(date, '%Y%m%d')::DATE AS order_date, COUNT(*) AS order_count,
    COUNT(*) AS line_count, SUM(number_of_cds::INT) AS item_count, 0 AS discounted_order_count,
    SUM(dollar_value::DECIMAL(18, 2)) AS net_revenue_amount, NULL AS gross_margin_amount
FROM '{path}' GROUP BY ALL
"""


def online_retail_2(data: Path, folder: Path) -> str:
    """Days of Online Retail II, the CSV unpacked into a folder; cleaned as by the mapping."""
    with zipfile.ZipFile(data / "online_retail_II_csv.zip") as archive:
        (name,) = archive.namelist()
        archive.extract(name, folder)
    return _ONLINE_RETAIL_2.format(path=folder / name)


def cdnow(data: Path) -> str:
    """Days of the CDNOW sample."""
    return _CDNOW.format(path=data / "cdnow_sample.parquet")
