"""A shop whose files hold a person in every form files have, and a search of our own for her."""

from __future__ import annotations

import gzip
import json
import shutil
import textwrap
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
from stock import CLONE, Stock, small_project

from patron.shop import Shop

HER_ID, HER_EMAIL, HER_PHONE = "C00000007", "Quirinia.Zwickel@post.example", "+41 31 5550107"
WORDS = ("quirinia", "zwickelmoser", "5550107", "31555010", HER_ID.lower(), "elm street 7")
CUSTOMERS = (
    "customer_id,first_name,last_name,email,phone,postal_code,birth_date,city,"
    "marketing_consent,created_at,updated_at,street_address"
)
ORDERS = "order_id,customer_id,ordered_at,order_status,order_amount,discount_amount,updated_at"
HER_EVENT = {
    "event_id": "e1",
    "event_type": "customer.updated",
    "received_at": "2025-01-05T00:00:00Z",
    "body": {"customer": {"id": HER_ID, "email": HER_EMAIL, "amount": 1.50}},
}
HER_DOCUMENT = f"""[
  {{"name": "Quirinia Zwickelmoser", "email": "{HER_EMAIL}", "rate": 1.10}},
  {{"name": "Bo Lee", "email": "bo@post.example", "rate": 2.20}}
]"""
SOURCES = """
sources:
  exports:
    loader: files
    path: data/exports
    files:
      orders: {path: "orders/*.csv", incremental: true}
    streams:
      customers: {deletes: full_compare}
      orders:
      erasure_requests: SELECT * FROM requests
  inbox:
    loader: webhooks
    secret: a-secret-that-is-long-enough-for-a-test
    streams:
      web_sessions: >-
        SELECT event_id AS session_id, body -> 'customer' ->> 'id' AS customer_id,
        received_at AS started_at FROM events
"""
STAGED_CUSTOMERS = """
MODEL (name staging.stg_customers, kind FULL, grain (customer_id));
SELECT customer_id, first_name, email, phone, marketing_consent, city,
  (email IS NOT NULL)::BOOLEAN AS has_valid_email FROM raw.customers
"""
STAGED_ORDERS = """
MODEL (
  name staging.stg_orders, kind INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d')),
  grain (order_id)
);
SELECT order_id, customer_id, order_amount, ordered_at::DATE AS day FROM raw.orders
WHERE ordered_at::DATE BETWEEN @start_ds AND @end_ds
"""
PEOPLE = """
MODEL (
  name marts.mart_people, kind FULL, grain (customer_id),
  audits (forall(criteria := (orders < 50), blocking := false))
);
SELECT customer_id, city, has_valid_email AND marketing_consent AS is_reachable,
  COUNT(order_id)::BIGINT AS orders, SUM(order_amount)::DECIMAL(18, 2) AS amount
FROM staging.stg_customers LEFT JOIN staging.stg_orders USING (customer_id) GROUP BY ALL
"""
MODELS = {
    "staging/stg_customers": STAGED_CUSTOMERS,
    "staging/stg_orders": STAGED_ORDERS,
    "marts/mart_people": PEOPLE,
}


def customer(number: int, **changes: str) -> str:
    """A line of customers.csv; number 7 is the person."""
    is_her = number == 7
    values = {
        "id": f"C{number:08d}",
        "first": "Quirinia" if is_her else "Bo",
        "last": "Zwickelmoser" if is_her else "Lee",
        "email": HER_EMAIL if is_her else f"bo{number}@post.example",
        "phone": HER_PHONE if is_her else f"+41 31 66601{number:02d}",
        "postal": "3007",
        "birth": "1980-01-31",
        "city": f"Town {number % 3}",
        "consent": "true",
        "created": "2025-01-01 08:00:00",
        "updated": "2025-01-01 08:00:00",
        "street": "Elm Street 7" if is_her else f"Oak Road {number}",
    }
    return ",".join((values | changes).values())


def order(number: int) -> str:
    """A line of orders.csv; each seventh is hers; the tenth is refused."""
    status = "lost" if number % 70 == 0 else "paid"
    buyer = f"C{7 if number % 7 == 0 else 8 + number % 40:08d}"
    day = f"2025-01-{1 + number % 10:02d}"
    return f"O{number},{buyer},{day} 09:00:00,{status},{number}.00,0.50,{day} 09:00:00"


def write_shop(root: Path) -> Shop:
    """The files of the shop: landed exports of several kinds, events, and other people's files."""
    exports, inbox = root / "data" / "exports", root / "data" / "webhooks" / "inbox"
    for folder in (exports / "orders", inbox, root / "data" / "staged", root / "logs"):
        folder.mkdir(parents=True)
    lines = [CUSTOMERS, *map(customer, range(1, 51))]
    lines.insert(9, customer(7, updated="2025-01-02", birth="unknown", city="Refused"))
    lines.insert(9, customer(7) + ",one,field,too many")
    text = "\n".join((*lines, ""))
    (exports / "customers.csv").write_text(text, encoding="utf-8")
    (exports / "requests.csv").write_text("customer_id,requested_at\n", encoding="utf-8")
    with gzip.open(exports / "old-customers.csv.gz", "wt", encoding="utf-8") as file:
        file.write(text)
    with zipfile.ZipFile(exports / "backup.zip", "w") as archive:
        archive.writestr("customers.csv", text)
        archive.writestr("picture.png", b"\x89PNG")
    for month, numbers in enumerate((range(1, 300), range(300, 400)), start=1):
        body = "\n".join((ORDERS, *map(order, numbers), ""))
        (exports / "orders" / f"{month}.csv").write_text(body, encoding="utf-8")
    (exports / "crm.json").write_text(HER_DOCUMENT, encoding="utf-8")
    (inbox / "00000001-0123abcd.ndjson").write_text(json.dumps(HER_EVENT) + "\n", "utf-8")
    (root / "logs" / "shop.log").write_text(f"wrote to {HER_EMAIL}.\n", encoding="utf-8")
    (root / "data" / "staged" / "crm.json").write_text(HER_EMAIL, encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (FROM read_csv('{exports / 'old-customers.csv.gz'}', all_varchar = true,"
            f" ignore_errors = true)) TO '{exports / 'old-customers.parquet'}'"
        )
    (root / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    return Shop(root=root, project=CLONE)


def add_models(folder: Path) -> Stock:
    """A small project with models of this shop's customers and orders."""
    stock = small_project(folder)
    for name, text in MODELS.items():
        (stock.project / "models" / f"{name}.sql").write_text(textwrap.dedent(text), "utf-8")
    (stock.project / "external_models").mkdir()
    shutil.copy(CLONE / "external_models" / "raw.yaml", stock.project / "external_models")
    write_shop_into(stock)
    return stock


def write_shop_into(stock: Stock) -> None:
    """The shop's files beside the warehouse that is there."""
    write_shop(stock.shop / "made")
    made = stock.shop / "made"
    for path in list((made / "data").iterdir()):
        path.rename(stock.shop / "data" / path.name)
    (made / "data").rmdir()
    for path in list(made.iterdir()):
        path.rename(stock.shop / path.name)
    made.rmdir()


def where_she_is(root: Path) -> list[str]:
    """Every file, archive member and database column that holds any of her words."""
    found = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        found += [f"{path}" for content in _contents(path) if _is_in(content)]
        if path.suffix == ".duckdb":
            found += [f"{path}:{column}" for column in _columns(path)]
    return found


def _contents(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if path.suffix == ".gz":
        yield gzip.decompress(path.read_bytes())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(member) for member in archive.namelist())
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            yield str(connection.execute(f"FROM '{path}'").fetchall()).encode()


def _columns(path: Path) -> list[str]:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
        return [
            f"{schema}.{table}"
            for schema, table in tables
            if _is_in(str(connection.execute(f'FROM "{schema}"."{table}"').fetchall()).encode())
        ]


def _is_in(content: bytes) -> bool:
    lowered = content.lower()
    return any(word.encode() in lowered for word in WORDS)
