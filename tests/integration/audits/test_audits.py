"""Every audit, as SQLMesh renders it, on DuckDB: silent on good rows, loud on bad ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.definitions import PROJECT, empty_warehouse, model_of

DAILY = "INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d'))"


@dataclass(frozen=True)
class Case:
    """Tables on which an audit is silent, and what makes it speak.

    Attributes:
        call: The audit as a model calls it.
        good: Statements that make `marts.checked` and what it is compared with.
        damage: Statement after which the audit must speak.
        failed: The rows it then returns.
        kind: Kind of the model that is audited.
        variables: Variables other than those of config.yaml.
    """

    call: str
    good: str
    damage: str
    failed: list[tuple[Any, ...]]
    kind: str = "FULL"
    variables: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return f"{self.call.partition('(')[0]}: {' '.join(self.damage.split())}"


CHECKED = "CREATE TABLE staging.checked_rows (id INT, event_date DATE, rejection_reasons TEXT)"
STAGED_DAYS = f"""
CREATE TABLE marts.checked (id INT, day DATE);
INSERT INTO marts.checked VALUES (1, '2025-02-27'), (2, '2025-02-28'), (3, '2025-03-01');
{CHECKED};
INSERT INTO staging.checked_rows VALUES (1, '2025-02-27', NULL), (2, '2025-02-28', NULL),
  (3, '2025-03-01', NULL), (4, '2025-03-01', 'amount is negative'), (5, '2025-03-02', NULL);
"""
ROWS_CAME_IN = f"""
CREATE TABLE marts.checked (id INT, day DATE);
{CHECKED};
INSERT INTO staging.checked_rows
SELECT i, DATE '2025-03-01', CASE WHEN i < 2 THEN 'bad' END FROM RANGE(40) AS t(i);
INSERT INTO staging.checked_rows SELECT i, DATE '2025-03-02', 'bad' FROM RANGE(10) AS t(i);
"""
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
VALUES = """
CREATE TABLE marts.checked AS
SELECT CASE WHEN i = 0 THEN 1000 WHEN i < 39 THEN 100 + i END::DOUBLE AS predicted_clv_12m
FROM RANGE(60) AS t(i)
"""

CREDITS = """
CREATE TABLE marts.checked (order_id TEXT, is_first_touch BOOLEAN, is_last_touch BOOLEAN,
  linear_share DOUBLE);
INSERT INTO marts.checked VALUES ('a', TRUE, FALSE, 1 / 3.0), ('a', FALSE, TRUE, 2 / 3.0),
  ('b', TRUE, TRUE, 1);
"""
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
COSTED_DAYS = """
CREATE TABLE marts.checked (dimension TEXT, net_revenue DECIMAL(18, 2),
  costed_revenue DECIMAL(18, 2));
INSERT INTO marts.checked VALUES ('all', 96, 91), ('all', 4, 4), ('country', 50, 1);
"""
VERSIONS = """
CREATE TABLE marts.dim_customers AS SELECT UNNEST(['ann', 'bob']) AS customer_id;
CREATE TABLE marts.checked (customer_id TEXT, valid_from TIMESTAMP, valid_to TIMESTAMP);
INSERT INTO marts.checked VALUES ('ann', '2025-01-01', '2025-02-01'), ('ann', '2025-02-01', NULL),
  ('bob', '2025-01-01', NULL), ('deleted', '2025-01-01', '2025-01-02');
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
        "rows_conserved(checked_model := staging.checked_rows)",
        STAGED_DAYS,
        "DELETE FROM marts.checked WHERE id = 3",
        [(3, 1, 1)],
        DAILY,
    ),
    Case(
        "rows_conserved(checked_model := staging.checked_rows)",
        STAGED_DAYS,
        "INSERT INTO marts.checked VALUES (4, '2025-03-01')",
        [(3, 3, 1)],
        DAILY,
    ),
    Case(
        "rows_conserved(checked_model := staging.checked_rows)",
        STAGED_DAYS + "DELETE FROM staging.checked_rows WHERE id = 5",
        "DELETE FROM marts.checked WHERE id = 1",
        [(4, 2, 1)],
    ),
    Case(
        "rejected_share_below(checked_model := staging.checked_rows)",
        ROWS_CAME_IN,
        "UPDATE staging.checked_rows SET rejection_reasons = 'bad' WHERE id = 2",
        [(40, 3)],
        DAILY,
        (("min_rows_for_rejected_share", 40),),
    ),
    Case(
        "rejected_share_below(checked_model := staging.checked_rows)",
        ROWS_CAME_IN
        + "DELETE FROM staging.checked_rows WHERE id = 39;"
        + "UPDATE staging.checked_rows SET rejection_reasons = 'bad'",
        "INSERT INTO staging.checked_rows VALUES (39, '2025-03-01', 'bad')",
        [(40, 40)],
        DAILY,
        (("min_rows_for_rejected_share", 40),),
    ),
    Case(
        "rejected_share_below(checked_model := staging.checked_rows)",
        ROWS_CAME_IN + "DELETE FROM staging.checked_rows WHERE event_date = '2025-03-02'",
        "UPDATE staging.checked_rows SET rejection_reasons = 'bad' WHERE id < 3",
        [(40, 3)],
        variables=(("min_rows_for_rejected_share", 40),),
    ),
    Case(
        "rejected_share_below(checked_model := staging.checked_rows)",
        ROWS_CAME_IN + "UPDATE staging.checked_rows SET rejection_reasons = 'bad' WHERE id < 4",
        "UPDATE staging.checked_rows SET rejection_reasons = 'bad' WHERE id = 4",
        [(40, 5)],
        DAILY,
        (
            ("min_rows_for_rejected_share", 40),
            ("max_rejected_share_by_stream", {"rows": 0.1, "others": 0.01}),
        ),
    ),
    Case(
        "rejected_share_below(checked_model := staging.checked_rows)",
        ROWS_CAME_IN,
        "UPDATE staging.checked_rows SET rejection_reasons = 'bad' WHERE id = 2",
        [(40, 3)],
        DAILY,
        (
            ("min_rows_for_rejected_share", 40),
            ("max_rejected_share_by_stream", {"others": 0.1}),
        ),
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
        "same_row_count(table_name := staging.checked_rows, condition := @in_interval(event_date))",
        STAGED_DAYS + "DELETE FROM staging.checked_rows WHERE id = 4",
        "DELETE FROM marts.checked WHERE id = 3",
        [(1, 2)],
        DAILY,
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


@pytest.mark.parametrize("case", CASES, ids=str)
def test_audit_is_silent_on_good_rows_and_names_bad_ones(case: Case) -> None:
    model = model_of(
        f"MODEL (name marts.checked, kind {case.kind}, audits ({case.call}));"
        " SELECT 1 AS id, DATE '2025-03-01' AS day",
        **dict(case.variables),
    )
    name, arguments = model.audits[0]
    audit = model.audit_definitions[name]
    query = model.render_audit_query(audit, start="2025-02-28", end="2025-03-01", **arguments)
    with empty_warehouse() as connection:
        connection.execute(case.good)
        assert connection.execute(query.sql(dialect="duckdb")).fetchall() == []
        connection.execute(case.damage)
        failed = connection.execute(query.sql(dialect="duckdb")).fetchall()
    assert sorted(_plain(row) for row in failed) == case.failed


def test_every_audit_has_a_case() -> None:
    written = {path.stem for path in (PROJECT / "audits").glob("*.sql")}
    assert {case.call.partition("(")[0] for case in CASES} >= written


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row whose numbers and days can be written down in a test."""
    return tuple(
        cell if cell is None or isinstance(cell, int | str) else _number_or_text(cell)
        for cell in row
    )


def _number_or_text(cell: Any) -> float | str:
    try:
        return float(cell)
    except TypeError:
        return str(cell)
