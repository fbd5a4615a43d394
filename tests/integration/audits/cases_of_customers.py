"""Audits of customers: their versions, what they spent, and what is predicted of them."""

from __future__ import annotations

from audit_case import Case

CUSTOMER_DAYS = """
CREATE TABLE intermediate.int_customer_days
  (customer_id TEXT, order_date DATE, order_count INT, net_revenue_amount DECIMAL(18, 2));
INSERT INTO intermediate.int_customer_days VALUES
  ('ann', '2025-01-31', 2, 30), ('ann', '2025-02-01', 1, 12.5), ('bob', '2025-01-10', 1, 7.5),
  ('bob', '2025-02-10', 1, 70), ('new', '2025-02-02', 1, 99);
CREATE TABLE ml.feature_cutoffs (cutoff_date DATE, is_current BOOLEAN, sample_halvings INT);
-- The lower half of the hashes has ann and new, and not bob.
INSERT INTO ml.feature_cutoffs VALUES
  ('2025-01-20', FALSE, 0), ('2025-02-01', FALSE, 1), ('2025-02-01', TRUE, 0);
"""
DAYS_AND_CUTOFFS = "customer_days := intermediate.int_customer_days, cutoffs := ml.feature_cutoffs"
FEATURES = f"""{CUSTOMER_DAYS}
CREATE TABLE marts.checked
  (customer_id TEXT, cutoff_date DATE, order_count INT, spend_amount DECIMAL(18, 2));
INSERT INTO marts.checked VALUES
  ('ann', '2025-02-01', 2, 30), ('bob', '2025-01-20', 1, 7.5);
"""
FEATURES_NOW = f"""{FEATURES}
UPDATE marts.checked SET cutoff_date = '2025-02-01';
"""
LABELS = f"""{CUSTOMER_DAYS}
CREATE TABLE marts.checked (customer_id TEXT, cutoff_date DATE, label_date DATE, order_count INT,
  net_revenue_amount DECIMAL(18, 2));
INSERT INTO marts.checked VALUES ('ann', '2025-02-01', '2025-02-28', 1, 12.5),
  ('bob', '2025-01-20', '2025-01-25', 0, 0);
"""
CUSTOMERS_AND_ORDERS = """
CREATE TABLE marts.checked (total_spent DECIMAL(18, 2));
INSERT INTO marts.checked VALUES (27), (0);
CREATE TABLE intermediate.int_as_of AS SELECT DATE '2025-03-01' AS as_of_date;
CREATE TABLE staging.stg_orders (order_date DATE, order_amount DECIMAL(18, 2),
  discount_amount DECIMAL(18, 2), is_valid_sale BOOLEAN, is_guest BOOLEAN);
INSERT INTO staging.stg_orders VALUES ('2025-02-28', 30, 3, TRUE, FALSE),
  ('2025-02-28', 99, 0, FALSE, FALSE), ('2025-02-28', 99, 0, TRUE, TRUE),
  ('2025-03-01', 99, 0, TRUE, FALSE);
"""
VALUES = """
CREATE TABLE marts.checked AS
SELECT CASE WHEN i = 0 THEN 1000 WHEN i < 39 THEN 100 + i END::DOUBLE AS predicted_clv_12m
FROM RANGE(60) AS t(i)
"""
VERSIONS = """
CREATE TABLE marts.dim_customers AS SELECT UNNEST(['ann', 'bob']) AS customer_id;
CREATE TABLE marts.checked (customer_id TEXT, valid_from TIMESTAMP, valid_to TIMESTAMP);
INSERT INTO marts.checked VALUES ('ann', '2025-01-01', '2025-02-01'), ('ann', '2025-02-01', NULL),
  ('bob', '2025-01-01', NULL), ('deleted', '2025-01-01', '2025-01-02');
"""

CASES = [
    Case(
        'one_valid_version("column" := customer_id, dimension := marts.dim_customers)',
        VERSIONS,
        "INSERT INTO marts.checked VALUES ('bob', '2025-03-01', NULL)",
        [("bob", 2)],
    ),
    Case(
        'one_valid_version("column" := customer_id, dimension := marts.dim_customers)',
        VERSIONS,
        "UPDATE marts.checked SET valid_to = '2025-03-01' WHERE customer_id = 'ann'",
        [("ann", 0)],
    ),
    Case(
        "customer_revenue_agrees",
        CUSTOMERS_AND_ORDERS,
        "UPDATE marts.checked SET total_spent = 27.01 WHERE total_spent = 27",
        [(27.01, 27)],
    ),
    Case(
        "customer_revenue_agrees",
        CUSTOMERS_AND_ORDERS,
        "DELETE FROM marts.checked",
        [(0, 27)],
    ),
    Case(
        "clv_outliers_rare",
        VALUES,
        "UPDATE marts.checked SET predicted_clv_12m = -1 WHERE predicted_clv_12m = 101",
        [(2, 39)],
    ),
    Case(
        f"features_equal_customer_days({DAYS_AND_CUTOFFS}, is_current := FALSE)",
        FEATURES,
        "UPDATE marts.checked SET order_count = 3 WHERE customer_id = 'ann'",
        [("2025-02-01", 3, 2, 30, 30)],
    ),
    Case(
        f"features_equal_customer_days({DAYS_AND_CUTOFFS}, is_current := FALSE)",
        FEATURES,
        "DELETE FROM intermediate.int_customer_days",
        [("2025-01-20", 1, None, 7.5, None), ("2025-02-01", 2, None, 30, None)],
    ),
    Case(
        f"features_equal_customer_days({DAYS_AND_CUTOFFS}, is_current := FALSE)",
        FEATURES,
        "UPDATE ml.feature_cutoffs SET sample_halvings = 0",
        [("2025-02-01", 2, 3, 30, 37.5)],
    ),
    Case(
        f"features_equal_customer_days({DAYS_AND_CUTOFFS}, is_current := TRUE)",
        FEATURES_NOW,
        "DELETE FROM marts.checked WHERE customer_id = 'bob'",
        [("2025-02-01", 2, 3, 30, 37.5)],
    ),
    Case(
        f"labels_equal_customer_days({DAYS_AND_CUTOFFS})",
        LABELS,
        "UPDATE marts.checked SET net_revenue_amount = 111.5 WHERE customer_id = 'ann'",
        [("2025-02-01", "2025-02-28", 1, 1, 111.5, 12.5)],
    ),
    Case(
        f"labels_equal_customer_days({DAYS_AND_CUTOFFS})",
        LABELS,
        "UPDATE ml.feature_cutoffs SET sample_halvings = 0",
        [("2025-02-01", "2025-02-28", 1, 2, 12.5, 82.5)],
    ),
]
