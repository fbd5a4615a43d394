"""Audits of numbers over time: by day, by dimension and by month."""

from __future__ import annotations

from audit_case import Case

MOVEMENTS = """
CREATE TABLE marts.checked (customer_id TEXT, month_start DATE, movement TEXT,
  mrr_change DECIMAL(18, 2), customer_opening_mrr DECIMAL(18, 2),
  customer_closing_mrr DECIMAL(18, 2));
INSERT INTO marts.checked VALUES ('ann', '2025-03-01', 'expansion', -5, 5, 10),
  ('ann', '2025-03-01', 'expansion', 10, 5, 10), ('ann', '2025-04-01', 'churned', -10, 10, 0);
"""
MONTHS = """
CREATE TABLE marts.checked (month_start DATE, opening_mrr DECIMAL(18, 2), opening_subscribers INT,
  closing_mrr DECIMAL(18, 2), closing_subscribers INT);
INSERT INTO marts.checked VALUES ('2025-01-01', 0, 0, 5, 1), ('2025-02-01', 5, 1, 0, 0),
  ('2025-03-01', 0, 0, 7, 1);
"""
BY_DIMENSION = """
CREATE TABLE marts.checked (order_date DATE, dimension TEXT, net_revenue_amount DECIMAL(18, 2));
INSERT INTO marts.checked VALUES ('2025-03-01', 'all', 30), ('2025-03-01', 'country', 10),
  ('2025-03-01', 'country', 20), ('2025-03-01', 'channel', 30), ('2025-03-01', 'channel', NULL),
  ('2025-03-02', 'all', 5), ('2025-03-02', 'country', 5);
"""
COSTED_DAYS = """
CREATE TABLE marts.checked (dimension TEXT, net_revenue DECIMAL(18, 2),
  costed_revenue DECIMAL(18, 2));
INSERT INTO marts.checked VALUES ('all', 96, 91), ('all', 4, 4), ('country', 50, 1);
"""
WEEKS = """
CREATE TABLE marts.checked AS
SELECT metric, 'day' AS grain, 'all' AS dimension, DATE '2025-02-16' + d::INT AS period_start,
  CASE WHEN metric <> 'signups' OR d >= 7 THEN amount ELSE 0 END AS value,
  DATE '2025-03-02' AS as_of_date
FROM RANGE(14) AS t(d), (VALUES ('orders', 20.0), ('revenue', 100.0), ('visits', 10.0),
  ('signups', 3.0), ('spend', NULL)) AS metrics(metric, amount);
-- Members, longer periods and other metrics do not count
CREATE TABLE marts.others AS SELECT * REPLACE (
  CASE WHEN period_start > '2025-02-22' THEN 9 ELSE 1 END AS value) FROM marts.checked;
INSERT INTO marts.checked SELECT * REPLACE ('week' AS grain) FROM marts.others;
INSERT INTO marts.checked SELECT * REPLACE ('country' AS dimension) FROM marts.others;
INSERT INTO marts.checked SELECT * REPLACE (metric || '_rate' AS metric) FROM marts.others;
"""
DAYS = "grain = 'day' AND dimension = 'all'"
LATER = f"AND {DAYS} AND period_start > '2025-02-22'"
FIRST_ORDERS = "WHERE metric = 'orders' AND period_start = '2025-02-16'"
JUMPS = "few_kpis_jump(metrics := ('orders', 'revenue', 'visits', 'signups', 'spend'))"

CASES = [
    Case(
        JUMPS,
        # From nothing to something is a jump, half as much again is none
        f"{WEEKS} UPDATE marts.checked SET value = 15 WHERE metric = 'visits' {LATER};"
        f"UPDATE marts.checked SET value = 151 WHERE metric = 'revenue' {LATER}",
        f"UPDATE marts.checked SET value = 9 WHERE metric = 'orders' {LATER}",
        [(3, 140.0)],
    ),
    Case(
        JUMPS,
        # Of less than two weeks, or of few orders, nothing is told
        f"{WEEKS} UPDATE marts.checked SET value = 99 WHERE metric = 'visits' {LATER};"
        f"UPDATE marts.checked SET value = 999 WHERE metric = 'revenue' {LATER};"
        "CREATE TABLE marts.first_day AS FROM marts.checked WHERE period_start = '2025-02-16';"
        "DELETE FROM marts.checked WHERE period_start = '2025-02-16'",
        "INSERT INTO marts.checked FROM marts.first_day",
        [(3, 140.0)],
    ),
    Case(
        JUMPS,
        f"{WEEKS} UPDATE marts.checked SET value = 99 WHERE metric = 'visits' {LATER};"
        f"UPDATE marts.checked SET value = 999 WHERE metric = 'revenue' {LATER};"
        "UPDATE marts.checked SET value = 14 WHERE metric = 'orders';"
        f"UPDATE marts.checked SET value = 15 {FIRST_ORDERS}",
        f"UPDATE marts.checked SET value = 16 {FIRST_ORDERS}",
        [(3, 100.0)],
    ),
    Case(
        'dimensions_agree("column" := net_revenue_amount)',
        BY_DIMENSION,
        "UPDATE marts.checked SET net_revenue_amount = 19.99 WHERE net_revenue_amount = 20",
        [("2025-03-01", "country", 29.99, 30.0)],
    ),
    Case(
        'dimensions_agree("by" := order_date, "column" := net_revenue_amount)',
        BY_DIMENSION,
        "DELETE FROM marts.checked WHERE dimension = 'all' AND order_date = '2025-03-02'",
        [("2025-03-02", "country", 5.0, 0.0)],
    ),
    Case(
        "one_movement_per_customer",
        MOVEMENTS,
        "UPDATE marts.checked SET movement = 'new' WHERE mrr_change = 10",
        [("ann", "2025-03-01", 5.0)],
    ),
    Case(
        "one_movement_per_customer",
        MOVEMENTS,
        "UPDATE marts.checked SET mrr_change = -9 WHERE movement = 'churned'",
        [("ann", "2025-04-01", -9.0)],
    ),
    Case(
        "months_open_as_they_closed",
        MONTHS,
        "UPDATE marts.checked SET opening_mrr = 6 WHERE opening_mrr = 5",
        [("2025-02-01", 6.0, 5.0)],
    ),
    Case(
        "months_open_as_they_closed",
        MONTHS,
        "DELETE FROM marts.checked WHERE month_start = '2025-02-01'",
        [("2025-03-01", 0.0, 5.0)],
    ),
    Case(
        # Days without a cost weigh with their revenue; a part of the shop is not looked at
        "costs_cover_revenue",
        COSTED_DAYS,
        "UPDATE marts.checked SET costed_revenue = 90 WHERE costed_revenue = 91",
        [(94, 100)],
    ),
    Case(
        # A shop that knows no cost has no margins, and tells so
        "costs_cover_revenue",
        f"{COSTED_DAYS} UPDATE marts.checked SET costed_revenue = NULL",
        "UPDATE marts.checked SET costed_revenue = 4 WHERE net_revenue = 4",
        [(4, 100)],
    ),
    Case(
        "costs_cover_revenue(min_share := 0.99)",
        f"{COSTED_DAYS} UPDATE marts.checked SET costed_revenue = net_revenue",
        "UPDATE marts.checked SET costed_revenue = NULL WHERE net_revenue = 4",
        [(96, 100)],
    ),
]
