"""A tiny shop: what a row of each stream looks like, given its number, day and variant.

Rows are few, so that histories meet the same ones again and again. The variants hold what goes
wrong: unknown parents, refused values, other days, text that is not normal.
"""

# Raw timestamps are UTC without a zone.
# ruff: noqa: DTZ001

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

# Days far apart, for horizons and lookbacks; then every day of four weeks.
OLD_DAYS = (date(2023, 11, 15), date(2023, 12, 31), date(2024, 1, 10), date(2024, 2, 1))
FIRST_DAY = date(2024, 2, 24)
LAST_DAY = FIRST_DAY + timedelta(days=27)
DAYS = (*OLD_DAYS, *(FIRST_DAY + timedelta(days=number) for number in range(27)))

Row = dict[str, object]


@dataclass(frozen=True)
class Stream:
    """One stream of the contract.

    Attributes:
        keys: How many different rows there are.
        row: The row of a key on a day, in one of four variants.
        has_version: Whether the row says when it was updated.
    """

    keys: int
    row: Callable[[int, date, int], Row]
    has_version: bool = True


def at(day: date, hour: int = 12) -> datetime:
    """A moment of a day."""
    return datetime(day.year, day.month, day.day, hour)


def customers(key: int, day: date, variant: int) -> Row:
    return {
        "customer_id": "guest" if (key, variant) == (4, 3) else f"c{key}",
        "email": (f" C{key}@Example.com", f"c{key}@example.com", "none", None)[variant],
        "city": ("Ulm", " Bonn ", None, "Kiel")[variant],
        "country": ("DE", "fr", None, "DE")[variant],
        "marketing_consent": variant % 2 == 0,
        "created_at": datetime(1999, 1, 1) if (key, variant) == (3, 3) else at(day),
    }


def categories(key: int, day: date, variant: int) -> Row:
    parent = ("k0", None, f"k{key}", "k9")[variant]
    return {
        "category_id": f"k{key}",
        "category_name": f"Name {variant}",
        "parent_category_id": parent,
    }


def products(key: int, day: date, variant: int) -> Row:
    return {
        "product_id": f"p{key}",
        "product_name": ("Organic Rice", "Rice", "Bread gluten free", "Tea")[variant],
        "category_id": f"k{variant}",
        "unit_cost": ("1.10", "2.20", None, "-1")[variant],
        "list_price": "5.00",
    }


def campaigns(key: int, day: date, variant: int) -> Row:
    return {
        "campaign_id": f"m{key}",
        "campaign_name": f"Name {variant}",
        "channel": ("email", "search", "Email", "social")[variant],
        "starts_at": at(day),
        "ends_at": at(day - timedelta(days=1)) if variant == 3 else None,
        "budget_amount": "100.00",
    }


def orders(key: int, day: date, variant: int) -> Row:
    return {
        "order_id": f"o{key}",
        "customer_id": "guest" if key % 5 == 4 else f"c{key % 5}",
        "ordered_at": at(day, hour=(8, 23, 0, 15)[variant]),
        "order_status": ("paid", "delivered", "refunded", "cancelled")[(key + variant) % 4],
        "order_amount": ("20.00", "60.00", "130.00", "-1" if key == 3 else "0.01")[variant],
        "discount_amount": (None, "5.00", "0", "0")[variant],
        "currency": "EUR",
        "payment_method": ("card", "Card ", "invoice", None)[variant],
    }


def order_items(key: int, day: date, variant: int) -> Row:
    return {
        "order_id": f"o{key // 2}",
        "line_number": key % 2 + 1,
        "product_id": f"p{(key + variant) % 5}",
        "quantity": (1, 2, 3, 0)[variant],
        "unit_price": "10.00",
        "cart_position": key % 2 + 1,
    }


def payments(key: int, day: date, variant: int) -> Row:
    return {
        "payment_id": f"y{key}",
        "order_id": f"o{key + (variant == 3)}",
        "paid_at": at(day),
        "amount": ("20.00", "60.00", "-5", "130.00")[variant],
        "payment_status": ("captured", None, "failed", "paid")[variant],
    }


def returns(key: int, day: date, variant: int) -> Row:
    return {
        "return_id": f"r{key}",
        "order_id": f"o{key * 2}",
        "quantity": (1, None, 0, 1)[variant],
        "refund_amount": ("10.00", "0", "3.00", "60.00")[variant],
        "returned_at": at(day),
    }


def reviews(key: int, day: date, variant: int) -> Row:
    rating = (5, 3, 9, 1)[variant]
    return {"review_id": f"w{key}", "order_id": f"o{key}", "rating": rating, "created_at": at(day)}


def shipments(key: int, day: date, variant: int) -> Row:
    return {
        "shipment_id": f"s{key}",
        "order_id": f"o{key}",
        "shipped_at": None if variant == 0 else at(day),
        "promised_at": at(day + timedelta(days=2)),
        "delivered_at": at(day + timedelta(days=variant)) if variant > 1 else None,
    }


def inventory(key: int, day: date, variant: int) -> Row:
    hand = (5, 0, -1, 9)[variant]
    return {"product_id": f"p{key}", "snapshot_at": at(day), "quantity_on_hand": hand}


def campaign_touches(key: int, day: date, variant: int) -> Row:
    return {
        "touch_id": f"t{key}",
        "campaign_id": f"m{key % 3}",
        "customer_id": f"c{key % 5}",
        "touch_type": ("assigned", "sent", "opened", "clicked")[variant],
        "is_holdout": variant == 0,
        "touched_at": at(day),
    }


def marketing_spend(key: int, day: date, variant: int) -> Row:
    return {
        "spend_date": day,
        "channel": "email",
        "campaign_id": ("none", f"m{key}", "m9", "none")[variant],
        "spend_amount": ("7.00", "8.00", "9.00", "-1")[variant],
    }


def subscriptions(key: int, day: date, variant: int) -> Row:
    return {
        "subscription_id": f"b{key}",
        "customer_id": f"c{key + variant}",
        "monthly_amount": ("9.00", "19.00", "-1", "9.00")[variant],
        "started_at": at(day),
        "ended_at": at(day + timedelta(days=variant)) if variant else None,
    }


def web_sessions(key: int, day: date, variant: int) -> Row:
    return {
        "session_id": f"v{key}",
        "customer_id": (None, f"c{key}", "c9", None)[variant],
        "order_id": (None, f"o{key}", None, "o9")[variant],
        "channel": "email",
        "started_at": at(day),
    }


def fx_rates(key: int, day: date, variant: int) -> Row:
    rate = ("1.10000000", "0.90000000", "0", "1.00000000")[variant]
    return {"currency": ("USD", "GBP")[key], "rate_date": day, "rate_to_reporting": rate}


def erasure_requests(key: int, day: date, variant: int) -> Row:
    return {"customer_id": f"x{key}", "requested_at": at(day)}


STREAMS = {
    "customers": Stream(5, customers),
    "categories": Stream(4, categories),
    "products": Stream(4, products),
    "campaigns": Stream(3, campaigns),
    "orders": Stream(10, orders),
    "order_items": Stream(20, order_items),
    "payments": Stream(10, payments),
    "returns": Stream(5, returns),
    "reviews": Stream(4, reviews),
    "shipments": Stream(8, shipments),
    "inventory": Stream(2, inventory, has_version=False),
    "campaign_touches": Stream(4, campaign_touches, has_version=False),
    "marketing_spend": Stream(2, marketing_spend, has_version=False),
    "subscriptions": Stream(3, subscriptions),
    "web_sessions": Stream(4, web_sessions, has_version=False),
    "fx_rates": Stream(2, fx_rates, has_version=False),
    "erasure_requests": Stream(2, erasure_requests, has_version=False),
}
