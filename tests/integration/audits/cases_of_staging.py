"""Audits of staging: which rows come through, and how many are turned away."""

from __future__ import annotations

from audit_case import DAILY, Case

CHECKED = (
    "CREATE TABLE staging.checked_rows (id INT, event_date DATE, rejection_reasons TEXT,"
    " event_time TIMESTAMP AS (event_date::TIMESTAMP))"
)
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

CASES = [
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
        "same_row_count(table_name := staging.checked_rows, condition := @in_interval(event_date))",
        STAGED_DAYS + "DELETE FROM staging.checked_rows WHERE id = 4",
        "DELETE FROM marts.checked WHERE id = 3",
        [(1, 2)],
        DAILY,
    ),
]
