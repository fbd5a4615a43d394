"""Rows of the streams that happen: orders, order items, payments, returns."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.lifecycle import REASONS
from simulate.orders import PAYMENT_METHODS, SHIPPING_METHODS, Orders, Portion
from simulate.people import NEVER, places
from simulate.references import coded, moments
from simulate.seasons import CODES, DAY_SECONDS
from simulate.window import STATUSES, Delivery, due_lines, due_returns, order_states

Ints = NDArray[np.int64]
FAILED_ATTEMPT_SECONDS = 30
LONG_AFTER_SECONDS = 60 * DAY_SECONDS
PAYMENT_STATUSES = ("captured", "failed", "refunded")

ORDERS_SELECT = """
  SELECT
    format('O{:09d}', number) AS order_id,
    format('C{:08d}', CASE WHEN is_unknown THEN 90000000 + number % 9999999 ELSE customer END)
      AS customer_id,
    CASE
      WHEN utc_offset = 0 THEN ordered_at::TIMESTAMP::VARCHAR
      ELSE format(
        '{}{}{:02d}:00',
        (ordered_at::TIMESTAMP + to_hours(utc_offset))::VARCHAR,
        CASE WHEN utc_offset < 0 THEN '-' ELSE '+' END,
        abs(utc_offset)
      )
    END AS ordered_at,
    status::VARCHAR AS order_status,
    ((CASE WHEN is_negative THEN -gross ELSE gross END) * 0.01)::DECIMAL(18, 2) AS order_amount,
    (shipping_cost * 0.01)::DECIMAL(18, 2) AS shipping_amount,
    (tax * 0.01)::DECIMAL(18, 2) AS tax_amount,
    (discount * 0.01)::DECIMAL(18, 2) AS discount_amount,
    'EUR' AS currency,
    payment::VARCHAR AS payment_method,
    shipping::VARCHAR AS shipping_method,
    nullif(code::VARCHAR, '') AS promo_code,
    country::VARCHAR AS shipping_country,
    state::VARCHAR AS shipping_state,
    updated_at::TIMESTAMP AS updated_at,
    CASE WHEN number % 97 = 0 THEN 'call before delivery' END AS internal_note
  FROM frame
"""
ITEMS_SELECT = """
  SELECT
    format('O{:09d}', number) AS order_id,
    line_number,
    format('P{:05d}', product) AS product_id,
    quantity,
    (price * 0.01)::DECIMAL(18, 2) AS unit_price,
    (discount * 0.01)::DECIMAL(18, 2) AS discount_amount,
    cart_position,
    updated_at::TIMESTAMP AS updated_at
  FROM frame
"""
PAYMENTS_SELECT = """
  SELECT
    format('Y{:09d}-{}', number, attempt) AS payment_id,
    format('O{:09d}', number) AS order_id,
    paid_at::TIMESTAMP AS paid_at,
    ((CASE WHEN is_negative THEN -amount ELSE amount END) * 0.01)::DECIMAL(18, 2) AS amount,
    payment::VARCHAR AS payment_method,
    status::VARCHAR AS payment_status,
    updated_at::TIMESTAMP AS updated_at
  FROM frame
"""
RETURNS_SELECT = """
  SELECT
    format('R{:09d}-{:02d}', number, line_number) AS return_id,
    format('O{:09d}', number) AS order_id,
    format('P{:05d}', product) AS product_id,
    quantity,
    (refund * 0.01)::DECIMAL(18, 2) AS refund_amount,
    reason::VARCHAR AS reason,
    returned_at::TIMESTAMP AS returned_at,
    returned_at::TIMESTAMP AS updated_at
  FROM frame
"""


def order_rows(delivery: Delivery, portion: Portion) -> pd.DataFrame:
    """Orders that are new or have changed."""
    orders, world, lists = portion.orders, delivery.world, places()
    states = order_states(orders, delivery)
    due = np.flatnonzero(states.is_due)
    place = world.customers.person[orders.customer[due], 3].astype(np.int64)
    is_new = states.is_new[due]
    return pd.DataFrame(
        {
            "number": orders.number[due],
            "customer": orders.customer[due] + 1,
            "ordered_at": moments(world.opening, orders.ordered[due]),
            "status": coded(states.status[due], STATUSES),
            "gross": orders.gross[due],
            "shipping_cost": orders.shipping_cost[due],
            "tax": orders.tax[due],
            "discount": orders.discount[due],
            "payment": coded(orders.payment[due], PAYMENT_METHODS),
            "shipping": coded(orders.shipping[due], SHIPPING_METHODS),
            "code": coded(orders.code[due], CODES),
            "country": coded(place, lists.countries),
            "state": coded(place, lists.states),
            "updated_at": moments(world.opening, states.updated[due]),
            "is_negative": orders.is_negative[due],
            "is_unknown": orders.is_unknown[due],
            "utc_offset": orders.offset[due].astype(np.int64),
            "is_new": is_new,
            "is_late": is_new & (orders.ordered[due] < delivery.since),
            "is_long_after": states.updated[due] - orders.ordered[due] > LONG_AFTER_SECONDS,
            "duplicate": orders.duplicate[due] & is_new,
        }
    )


def item_rows(delivery: Delivery, portion: Portion) -> pd.DataFrame:
    """Lines of new orders."""
    lines, orders = portion.lines, portion.orders
    due = due_lines(portion, delivery)
    order = lines.order[due]
    return pd.DataFrame(
        {
            "number": orders.number[order],
            "line_number": lines.number[due],
            "product": lines.product[due] + 1,
            "quantity": lines.units[due],
            "price": lines.price[due],
            "discount": lines.discount[due],
            "cart_position": lines.cart_position[due],
            "updated_at": moments(delivery.world.opening, orders.ordered[order]),
            "is_late": orders.ordered[order] < delivery.since,
            "duplicate": lines.duplicate[due],
        }
    )


def payment_rows(delivery: Delivery, portion: Portion) -> pd.DataFrame:
    """Attempts to pay: those that failed, and those that came through."""
    frames = [
        _attempts(delivery, portion.orders, failed=True),
        _attempts(delivery, portion.orders, failed=False),
    ]
    return pd.concat(frames, ignore_index=True)


def return_rows(delivery: Delivery, portion: Portion) -> pd.DataFrame:
    """Lines that came back, in whole or in part."""
    lines, orders = portion.lines, portion.orders
    due = due_returns(portion, delivery)
    order = lines.order[due]
    net = lines.units[due] * lines.price[due] - lines.discount[due]
    share = lines.returned_units[due] / lines.units[due]
    return pd.DataFrame(
        {
            "number": orders.number[order],
            "line_number": lines.number[due],
            "product": lines.product[due] + 1,
            "quantity": lines.returned_units[due],
            "refund": np.rint(net * share).astype(np.int64),
            "reason": coded(lines.reason[due], REASONS),
            "returned_at": moments(delivery.world.opening, lines.returned[due]),
            "is_late": lines.returned[due] < delivery.since,
            "duplicate": lines.return_duplicate[due],
        }
    )


def _attempts(delivery: Delivery, orders: Orders, *, failed: bool) -> pd.DataFrame:
    tried = (orders.paid < NEVER) & (orders.payment_failed | (not failed))
    time = orders.paid - (FAILED_ATTEMPT_SECONDS if failed else 0)
    paid_back = (orders.cancelled < delivery.until) & (not failed)
    updated = np.where(paid_back, orders.cancelled, time)
    due = np.flatnonzero(tried & delivery.holds(np.maximum(updated, orders.released)))
    is_new = delivery.holds(np.maximum(time, orders.released))[due]
    status = np.full(len(due), 1) if failed else np.where(paid_back[due], 2, 0)
    total = orders.gross - orders.discount + orders.shipping_cost + orders.tax
    return pd.DataFrame(
        {
            "number": orders.number[due],
            "attempt": np.where(orders.payment_failed[due] & (not failed), 2, 1),
            "paid_at": moments(delivery.world.opening, time[due]),
            "amount": total[due],
            "payment": coded(orders.payment[due], PAYMENT_METHODS),
            "status": coded(status, PAYMENT_STATUSES),
            "updated_at": moments(delivery.world.opening, updated[due]),
            "is_negative": orders.payment_negative[due] & (not failed),
            "is_new": is_new,
            "is_late": is_new & (time[due] < delivery.since),
            "duplicate": orders.payment_duplicate[due] & is_new & (not failed),
        }
    )
