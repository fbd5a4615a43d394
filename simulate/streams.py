"""The registry of streams. A new stream is one more entry here."""

from __future__ import annotations

from simulate import events, references
from simulate.erasures import ERASURE_REQUESTS
from simulate.fx_rates import FX_RATES
from simulate.inventory import INVENTORY
from simulate.marketing import CAMPAIGNS, MARKETING_SPEND
from simulate.reviews import REVIEWS
from simulate.sessions import WEB_SESSIONS
from simulate.shipments import SHIPMENTS
from simulate.stream import DUPLICATE, LATE, NEGATIVE, Defect, Event, Reference, Stream
from simulate.subscription_rows import SUBSCRIPTIONS
from simulate.touches import CAMPAIGN_TOUCHES

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
    CAMPAIGNS,
    MARKETING_SPEND,
    SUBSCRIPTIONS,
    INVENTORY,
    FX_RATES,
    ERASURE_REQUESTS,
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
    SHIPMENTS,
    REVIEWS,
    WEB_SESSIONS,
)
CONTACTS = (CAMPAIGN_TOUCHES,)
STREAMS: tuple[Stream, ...] = (*REFERENCES, *EVENTS, *CONTACTS)
