"""Every customer is in exactly one stage."""

from __future__ import annotations

import duckdb
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.definitions import rendered, value


def stages(orders: int, days: int | None) -> list[str]:
    """The stages whose rule holds, in words of the rule; dormant where none does."""
    if orders == 0 or days is None:
        return ["prospect"]
    rules = {
        "loyal": orders >= 5 and days <= 180,
        "active": orders >= 2 and days <= 90 and not orders >= 5,
        "new": orders == 1 and days <= 30,
        "at_risk": 181 <= days <= 365,
        "churned": days > 365,
    }
    return [name for name, holds in rules.items() if holds] or ["dormant"]


@given(orders=st.integers(0, 60), days=st.integers(0, 1000))
@example(orders=5, days=180)
@example(orders=5, days=181)
@example(orders=2, days=90)
@example(orders=2, days=91)
@example(orders=1, days=30)
@example(orders=1, days=31)
@example(orders=4, days=180)
@example(orders=9, days=365)
@example(orders=9, days=366)
def test_stage_is_the_only_one_whose_rule_holds(orders: int, days: int) -> None:
    (expected,) = stages(orders, days)
    assert value(f"SELECT @lifecycle_stage({orders}, {days})") == expected


def test_every_combination_up_to_two_years_is_in_its_stage() -> None:
    sql = """
      SELECT orders, days, @lifecycle_stage(orders, days)
      FROM RANGE(0, 12) AS o(orders), RANGE(0, 732) AS d(days)
    """
    rows = duckdb.sql(rendered(sql)).fetchall()
    assert len(rows) == 12 * 732
    assert all([stage] == stages(orders, days) for orders, days, stage in rows)


def test_without_orders_there_is_no_recency_to_know() -> None:
    assert value("SELECT @lifecycle_stage(NULL, NULL)") == "prospect"
    assert value("SELECT @lifecycle_stage(0, NULL)") == "prospect"


def test_bounds_are_variables() -> None:
    sql = "SELECT @lifecycle_stage(3, 100)"
    assert value(sql) == "dormant"
    assert value(sql, loyal_min_orders=3) == "loyal"
    assert value(sql, active_max_days=100) == "active"
