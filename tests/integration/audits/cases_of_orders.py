"""Audits of orders, their lines, payments and credit."""

from __future__ import annotations

from audit_case import DAILY, Case

FACTS = """
CREATE TABLE staging.stg_orders (order_id TEXT, order_amount DECIMAL(18, 2), order_date DATE);
INSERT INTO staging.stg_orders VALUES ('a', 10, '2025-03-01'), ('without_lines', 10, '2025-03-01'),
  ('of_another_day', 99, '2025-01-01');
CREATE TABLE marts.checked (order_id TEXT, gross_amount DECIMAL(18, 2), day DATE);
INSERT INTO marts.checked VALUES ('a', 6, '2025-03-01'), ('a', 3.98, '2025-03-01');
"""
NUMBERED = """
CREATE TABLE staging.stg_orders (customer_id TEXT, is_valid_sale BOOLEAN, is_guest BOOLEAN,
  order_date DATE);
INSERT INTO staging.stg_orders VALUES ('ann', TRUE, FALSE, '2025-02-01'),
  ('ann', TRUE, FALSE, '2025-02-28'), ('ann', TRUE, FALSE, '2025-03-01'),
  ('ann', FALSE, FALSE, '2025-03-01'), ('ann', TRUE, FALSE, '2025-03-02'),
  ('bob', TRUE, FALSE, '2025-03-01'), ('guest', TRUE, TRUE, '2025-03-01');
CREATE TABLE marts.checked (customer_id TEXT, customer_order_number INT, order_date DATE, day DATE);
INSERT INTO marts.checked VALUES ('ann', 3, '2025-03-01', '2025-03-01'),
  ('ann', 2, '2025-02-28', '2025-02-28'), ('bob', 1, '2025-03-01', '2025-03-01'),
  ('bob', NULL, '2025-03-01', '2025-03-01'), ('guest', NULL, '2025-03-01', '2025-03-01'),
  ('ann', 4, '2025-03-02', '2025-03-02');
"""
PAID_ORDERS = """
CREATE TABLE intermediate.int_as_of AS SELECT DATE '2025-03-08' AS as_of_date;
CREATE TABLE marts.checked (order_id TEXT, order_date DATE, order_status TEXT,
  total_amount DECIMAL(18, 2));
INSERT INTO marts.checked VALUES ('a', '2025-03-01', 'paid', 100),
  ('b', '2025-03-02', 'shipped', 50), ('unpaid', '2025-03-03', 'delivered', 50),
  ('pending', '2025-03-04', 'pending', 99), ('old', '2025-02-28', 'paid', 9);
CREATE TABLE staging.stg_payments (order_id TEXT, amount DECIMAL(18, 2), is_captured BOOLEAN);
INSERT INTO staging.stg_payments VALUES ('a', 90, TRUE), ('a', 5, TRUE), ('a', 100, FALSE),
  ('b', 50, TRUE), ('pending', 1, TRUE), ('old', 1, TRUE);
"""
CREDITS = """
CREATE TABLE marts.checked (order_id TEXT, is_first_touch BOOLEAN, is_last_touch BOOLEAN,
  linear_share DOUBLE);
INSERT INTO marts.checked VALUES ('a', TRUE, FALSE, 1 / 3.0), ('a', FALSE, TRUE, 2 / 3.0),
  ('b', TRUE, TRUE, 1);
"""
DISCOUNTS = """
CREATE TABLE marts.checked (order_id TEXT, day DATE);
CREATE TABLE staging.stg_orders (order_id TEXT, discount_amount DECIMAL(18, 2), order_date DATE);
INSERT INTO staging.stg_orders VALUES ('on_lines', 3, '2025-03-01'), ('on_both', 9, '2025-03-01'),
  ('dear', 0, '2025-03-01'), ('of_another_day', 0, '2025-01-01');
CREATE TABLE staging.stg_order_items AS SELECT * FROM staging.stg_orders WHERE FALSE;
INSERT INTO staging.stg_order_items VALUES ('on_lines', 1.5, '2025-03-01'),
  ('on_lines', 1.5, '2025-03-01'), ('on_lines', 0, '2025-03-01'), ('on_both', 2, '2025-03-01'),
  ('dear', 0, '2025-03-01'), ('of_another_day', 5, '2025-01-01');
"""

CASES = [
    Case(
        "one_credit_per_order",
        CREDITS,
        "DELETE FROM marts.checked WHERE order_id = 'a' AND is_first_touch",
        [("a", 0.0, 1.0, 0.6666666666666666)],
    ),
    Case(
        "one_credit_per_order",
        CREDITS,
        "INSERT INTO marts.checked VALUES ('b', FALSE, TRUE, 0)",
        [("b", 1.0, 2.0, 1.0)],
    ),
    Case(
        "one_currency(expected := @reporting_currency, set_by := 'PATRON_CURRENCY')",
        "CREATE TABLE marts.checked (order_id TEXT, currency TEXT);"
        "INSERT INTO marts.checked VALUES ('a', 'EUR'), ('unsaid', NULL)",
        "INSERT INTO marts.checked VALUES ('b', 'USD')",
        [("b", "USD")],
    ),
    Case(
        "payments_match_orders(payments := staging.stg_payments)",
        PAID_ORDERS,
        "INSERT INTO marts.checked VALUES ('c', '2025-03-02', 'paid', 10);"
        "INSERT INTO staging.stg_payments VALUES ('c', 5, TRUE)",
        [("2025-03-02", 60.0, 55.0)],
    ),
    Case(
        "order_numbers_without_gaps(history := staging.stg_orders)",
        NUMBERED,
        "UPDATE marts.checked SET customer_order_number = 4 WHERE customer_order_number = 3",
        [("ann", 2, 2, 4, 3)],
        DAILY,
    ),
    Case(
        "order_numbers_without_gaps(history := staging.stg_orders)",
        NUMBERED,
        "INSERT INTO marts.checked VALUES ('bob', 1, '2025-03-01', '2025-03-01')",
        [("bob", 2, 1, 1, 1)],
        DAILY,
    ),
    Case(
        "order_numbers_without_gaps(history := staging.stg_orders)",
        NUMBERED,
        "UPDATE marts.checked SET customer_order_number = 2 WHERE customer_order_number = 1",
        [("bob", 1, 2, 2, 1)],
        DAILY,
    ),
    Case(
        "order_lines_add_up(orders := staging.stg_orders)",
        FACTS,
        "UPDATE marts.checked SET gross_amount = 3.97 WHERE gross_amount < 5",
        [("a", 10, 9.97)],
        DAILY,
    ),
    Case(
        "discounts_include_lines(orders := staging.stg_orders, lines := staging.stg_order_items)",
        DISCOUNTS,
        "UPDATE staging.stg_orders SET discount_amount = 0 WHERE order_id <> 'dear'",
        [("on_both", 0.0, 2.0), ("on_lines", 0.0, 3.0)],
        DAILY,
    ),
    Case(
        # A discount that is not told counts as none; a cent a line may be lost by rounding
        "discounts_include_lines(orders := staging.stg_orders, lines := staging.stg_order_items)",
        f"{DISCOUNTS} UPDATE staging.stg_orders SET discount_amount = 2.98"
        " WHERE order_id = 'on_lines'",
        "UPDATE staging.stg_orders SET discount_amount = 2.97 WHERE order_id = 'on_lines'",
        [("on_lines", 2.97, 3.0)],
        DAILY,
    ),
]
