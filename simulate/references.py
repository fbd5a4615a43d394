"""Rows of the streams that describe: customers, categories, products."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate import people
from simulate.catalogue import ALWAYS
from simulate.prices import MONTH_DAYS, unit_costs
from simulate.seasons import DAY_SECONDS
from simulate.settings import CHANNELS
from simulate.window import Delivery

Ints = NDArray[np.int64]
TIERS = ("basic", "plus", "premium")

CUSTOMERS_SELECT = """
  SELECT
    format('C{:08d}', number) AS customer_id,
    first_name::VARCHAR AS first_name,
    last_name::VARCHAR AS last_name,
    CASE bad_email
      WHEN 1 THEN mailbox || '(at)' || domain
      WHEN 2 THEN mailbox
      WHEN 3 THEN mailbox || '@@' || domain
      WHEN 4 THEN replace(mailbox, '.', ' ') || '@' || domain
      ELSE mailbox || '@' || domain
    END AS email,
    prefix || ' ' || lpad(digits::VARCHAR, 9, '0') AS phone,
    country::VARCHAR AS country,
    state::VARCHAR AS state,
    city::VARCHAR AS city,
    lpad((digits % 100000)::VARCHAR, 5, '0') AS postal_code,
    (DATE '1940-01-01' + birth_day::INTEGER)::DATE AS birth_date,
    tier::VARCHAR AS subscription_tier,
    channel::VARCHAR AS acquisition_channel,
    consent AS marketing_consent,
    created_at::TIMESTAMP AS created_at,
    updated_at::TIMESTAMP AS updated_at,
    street || ' ' || (digits % 180 + 1)::VARCHAR AS street_address,
    'L' || (digits % 9973)::VARCHAR AS legacy_code
  FROM (
    SELECT
      *,
      lower(replace(strip_accents(first_name || '.' || last_name), ' ', '')) || number AS mailbox
    FROM frame
  )
"""
CATEGORIES_SELECT = """
  SELECT category_id, category_name, parent_category_id, updated_at::TIMESTAMP AS updated_at
  FROM frame
"""
PRODUCTS_SELECT = """
  SELECT
    product_id,
    product_name,
    category_id,
    brand,
    parent_product_id,
    is_bundle,
    (unit_cost * 0.01)::DECIMAL(18, 2) AS unit_cost,
    (list_price * 0.01)::DECIMAL(18, 2) AS list_price,
    is_active,
    updated_at::TIMESTAMP AS updated_at,
    'S-' || product_id AS shelf_label
  FROM frame
"""


def moments(opening: int, seconds: Ints) -> NDArray[np.datetime64]:
    """Times since the opening as timestamps, UTC."""
    return (opening + seconds).astype("datetime64[s]")


def known_moments(delivery: Delivery, seconds: Ints) -> NDArray[np.datetime64]:
    """Times as timestamps, empty where they are not there yet at the end of the delivery."""
    times = moments(delivery.world.opening, np.where(seconds < delivery.until, seconds, 0))
    return np.where(seconds < delivery.until, times, np.datetime64("NaT"))


def coded(codes: NDArray[np.integer], words: tuple[str, ...] | list[str]) -> pd.Categorical:
    """A text column from numbers; DuckDB takes it as an ENUM. Words may repeat."""
    unique = list(dict.fromkeys(words))
    place = np.array([unique.index(word) for word in words])
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(unique))


def customer_rows(delivery: Delivery) -> pd.DataFrame:
    """Customers who signed up or were changed, with the numbers their texts are made of."""
    table, lists = delivery.world.customers, people.places()
    upgraded = table.upgraded < delivery.until
    updated = np.where(upgraded, table.upgraded, table.signed_up)
    due = np.flatnonzero(delivery.holds(updated))
    first, last, domain, place, street = table.person[due].T.astype(np.int64)
    opening = delivery.world.opening
    return pd.DataFrame(
        {
            "number": due + 1,
            "first_name": coded(first, lists.first_names),
            "last_name": coded(last, lists.last_names),
            "domain": coded(domain, lists.domains),
            "street": coded(street, lists.streets),
            "prefix": coded(place, lists.prefixes),
            "country": coded(place, lists.countries),
            "state": coded(place, lists.states),
            "city": coded(place, lists.cities),
            "digits": table.digits[due],
            "birth_day": table.birth_day[due],
            "tier": coded(np.where(upgraded, table.tier, 0)[due], TIERS),
            "channel": coded(table.channel[due], [channel.name for channel in CHANNELS]),
            "consent": table.consent[due],
            "created_at": moments(opening, table.signed_up[due]),
            "updated_at": moments(opening, updated[due]),
            "bad_email": table.bad_email[due],
            "is_new": delivery.holds(table.signed_up[due]),
            "duplicate": table.duplicate[due] & delivery.holds(table.signed_up[due]),
        }
    )


def category_rows(delivery: Delivery) -> pd.DataFrame:
    """Departments and their aisles; they never change."""
    catalogue = delivery.world.catalogue
    departments = [
        (department_id(number), department.name, None)
        for number, department in enumerate(catalogue.departments)
    ]
    aisles = [
        (aisle_id(delivery, number), name, department_id(department))
        for number, (department, name) in enumerate(catalogue.aisles)
    ]
    rows = [*departments, *aisles] if delivery.batch == 0 else []
    frame = pd.DataFrame(rows, columns=["category_id", "category_name", "parent_category_id"])
    frame = frame.astype("string")
    frame["updated_at"] = moments(delivery.world.opening, np.zeros(len(rows), np.int64))
    return frame


def product_rows(delivery: Delivery) -> pd.DataFrame:
    """Products as they are at the end of the delivery, if launched, repriced or taken off."""
    catalogue, prices = delivery.world.catalogue, delivery.world.list_prices
    last_day = (delivery.until - 1) // DAY_SECONDS
    month = last_day // MONTH_DAYS
    changed = _last_price_change(prices[: month + 1])
    costs = np.array([unit_costs(catalogue, number) for number in range(month + 1)])
    gone = catalogue.discontinued <= last_day
    opened = np.where(catalogue.launched == ALWAYS, 0, catalogue.launched)
    day = np.maximum(opened, changed * MONTH_DAYS)
    day = np.where(gone, np.maximum(day, catalogue.discontinued), day)
    due = np.flatnonzero(delivery.holds(day * DAY_SECONDS) & (opened <= last_day))
    parents = [product_id(int(parent)) if parent >= 0 else None for parent in catalogue.parent[due]]
    return pd.DataFrame(
        {
            "product_id": pd.array([product_id(int(index)) for index in due], dtype="string"),
            "product_name": pd.array([catalogue.names[index] for index in due], dtype="string"),
            "category_id": pd.array(
                [aisle_id(delivery, int(aisle)) for aisle in catalogue.aisle[due]], dtype="string"
            ),
            "brand": pd.array([catalogue.brands[b] for b in catalogue.brand[due]], dtype="string"),
            "parent_product_id": pd.array(parents, dtype="string"),
            "is_bundle": catalogue.is_bundle[due],
            "unit_cost": costs[changed, np.arange(catalogue.size)][due],
            "list_price": prices[month][due],
            "is_active": ~gone[due],
            "updated_at": moments(delivery.world.opening, day[due] * DAY_SECONDS),
        }
    )


def product_id(index: int) -> str:
    """The id of a product."""
    return f"P{index + 1:05d}"


def department_id(number: int) -> str:
    """The id of a department's category."""
    return f"D{number + 1:02d}"


def aisle_id(delivery: Delivery, number: int) -> str:
    """The id of an aisle's category: its department, then its place in it."""
    departments = [department for department, _ in delivery.world.catalogue.aisles]
    department = departments[number]
    return f"A{department + 1:02d}{number - departments.index(department) + 1:02d}"


def _last_price_change(prices: Ints) -> Ints:
    """The month of the last change of each product's price, 0 if there was none."""
    changed = prices[1:] != prices[:-1]
    months = np.arange(1, len(prices))[:, None]
    return np.asarray((changed * months).max(axis=0, initial=0), np.int64)
