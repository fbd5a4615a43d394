"""A few files in the layouts of public data sets, for where the data sets themselves are absent."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

ORDERS = 120
DAY_ONE = datetime.fromisoformat("2017-01-02T10:00:00")
RETAIL = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"
# Some of Olist's files, with their columns.
OLIST = {
    "olist_orders_dataset": "order_id,customer_id,order_status,order_purchase_timestamp,"
    "order_approved_at,order_delivered_carrier_date,order_delivered_customer_date,"
    "order_estimated_delivery_date",
    "olist_customers_dataset": "customer_id,customer_unique_id,customer_zip_code_prefix,"
    "customer_city,customer_state",
    "olist_order_items_dataset": "order_id,order_item_id,product_id,seller_id,"
    "shipping_limit_date,price,freight_value",
    "olist_order_reviews_dataset": "review_id,order_id,review_score,review_comment_title,"
    "review_comment_message,review_creation_date,review_answer_timestamp",
}


def retail_sample(folder: Path) -> Path:
    """Online Retail II: two products on each invoice, of which every tenth comes back."""
    lines = [RETAIL]
    for number in range(ORDERS):
        when, customer = DAY_ONE + timedelta(days=3 * number), f"{13000 + number % 20}.0"
        lines += [
            f"{500000 + number},{code},{code} THING,3,{when},2.50,{customer},EIRE"
            for code in ("A1", f"B{number % 5}")
        ]
        if number % 10 == 0:
            later = when + timedelta(days=1)
            lines.append(f"C{600000 + number},A1,A1 THING,-3,{later},2.50,{customer},EIRE")
    path = folder / "online_retail.csv"
    path.write_text("\n".join((*lines, "")), encoding="utf-8")
    return path


def olist_sample(folder: Path) -> Path:
    """Olist: an item, a parcel and a review for each order."""
    rows: dict[str, list[str]] = {name: [header] for name, header in OLIST.items()}
    orders, customers, items, reviews = rows.values()
    for number in range(ORDERS):
        bought = DAY_ONE + timedelta(days=3 * number)
        sent, came, due = (bought + timedelta(days=days) for days in (1, 6, 9))
        orders.append(f"o{number},c{number},delivered,{bought},{bought},{sent},{came},{due}")
        customers.append(f"c{number},person{number % 40},01037,sao paulo,SP")
        items.append(f"o{number},1,product{number % 7},s1,{due},19.90,5.00")
        reviews.append(f"r{number},o{number},{1 + number % 5},,,{came},{came}")
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text("\n".join((*lines, "")), encoding="utf-8")
    return folder
