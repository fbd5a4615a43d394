"""The registry of streams: how each is made, its key, and how its defects are found again.

A new stream is one more entry here, with a function that returns its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from simulate import events, references
from simulate.orders import Portion
from simulate.window import Delivery


@dataclass(frozen=True)
class Defect:
    """A kind of injected defect.

    Attributes:
        name: As listed in the truth.
        condition: Which rows of the frame have it, in SQL.
        detail: More about it, in SQL over `delivered` (columns as delivered) and `marked` (frame).
    """

    name: str
    condition: str
    detail: str = "NULL"


@dataclass(frozen=True)
class Stream:
    """A stream of rows that the shop delivers as files.

    Attributes:
        name: Folder of its files.
        key: Columns of its primary key.
        select: The delivered columns, in SQL over `frame`.
        defects: What may be wrong with its rows.
        extra_columns: Delivered columns that no contract knows.
    """

    name: str
    key: tuple[str, ...]
    select: str
    defects: tuple[Defect, ...] = ()
    extra_columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reference(Stream):
    """A stream that describes: `rows` makes the frame of a delivery."""

    rows: Callable[[Delivery], pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Event(Stream):
    """A stream of what happens: `rows` makes the frame of a portion of orders."""

    rows: Callable[[Delivery, Portion], pd.DataFrame]


DUPLICATE = Defect("duplicate_row", "duplicate")
LATE = Defect("late_row", "is_late")
NEGATIVE = Defect("negative_amount", "is_negative AND is_new")

REFERENCES = (
    Reference(
        name="customers",
        key=("customer_id",),
        select=references.CUSTOMERS_SELECT,
        rows=references.customer_rows,
        defects=(DUPLICATE, Defect("bad_email", "bad_email > 0 AND is_new", "delivered.email")),
        extra_columns=("street_address", "legacy_code"),
    ),
    Reference(
        name="categories",
        key=("category_id",),
        select=references.CATEGORIES_SELECT,
        rows=references.category_rows,
    ),
    Reference(
        name="products",
        key=("product_id",),
        select=references.PRODUCTS_SELECT,
        rows=references.product_rows,
        extra_columns=("shelf_label",),
    ),
)
EVENTS = (
    Event(
        name="orders",
        key=("order_id",),
        select=events.ORDERS_SELECT,
        rows=events.order_rows,
        defects=(
            DUPLICATE,
            LATE,
            NEGATIVE,
            Defect(
                "unknown_customer", "is_unknown AND is_new", "format('C{:08d}', marked.customer)"
            ),
            Defect("offset_timestamp", "utc_offset <> 0 AND is_new", "delivered.ordered_at"),
            Defect("updated_long_after", "is_long_after", "delivered.updated_at"),
        ),
        extra_columns=("internal_note",),
    ),
    Event(
        name="order_items",
        key=("order_id", "line_number"),
        select=events.ITEMS_SELECT,
        rows=events.item_rows,
        defects=(DUPLICATE, LATE),
    ),
    Event(
        name="payments",
        key=("payment_id",),
        select=events.PAYMENTS_SELECT,
        rows=events.payment_rows,
        defects=(DUPLICATE, LATE, NEGATIVE),
    ),
    Event(
        name="returns",
        key=("return_id",),
        select=events.RETURNS_SELECT,
        rows=events.return_rows,
        defects=(DUPLICATE, LATE),
    ),
)
STREAMS: tuple[Stream, ...] = (*REFERENCES, *EVENTS)
