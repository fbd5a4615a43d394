"""What the steps of the cycle say in their one line."""

from __future__ import annotations

from operate import steps

HEADER = "order_id,customer_id,ordered_at,order_status,order_amount,updated_at\n"
LINE = "{},a,2024-01-01,paid,1.00,2024-01-01\n"
SOURCES = """
sources:
  shop_files: {loader: files, path: ., streams: {orders: {deletes: full_compare}}}
"""


def test_ingest_tells_rows_removed_apart_from_rows_that_came(shop) -> None:
    shop.root.mkdir(exist_ok=True)
    shop.sources_file.write_text(SOURCES)
    orders = shop.root / "orders.csv"
    orders.write_text(HEADER + "".join(LINE.format(number) for number in range(3)))
    request = steps.Request(shop)
    assert steps.ingest(request).detail == "3 rows of 1 stream, 0 rejected"
    orders.write_text(HEADER + LINE.format(0) + LINE.format(1))
    assert steps.ingest(request).detail == "0 rows of 1 stream, 1 removed, 0 rejected"
