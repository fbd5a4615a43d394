"""The marts about customers against a recomputation in pandas from raw."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from customer_numbers import (
    DAY,
    Facts,
    behaviour,
    cohorts,
    facts,
    migration,
    places,
    rfm,
    segment,
)

from tests.support.customer_shop import customer_shop

RULE_OF_CHURN = ((181, 0.8), (91, 0.5), (61, 0.3), (0, 0.1))


@pytest.fixture(scope="module")
def known() -> Facts:
    return facts(customer_shop().connection)


def table(name: str, key: str | list[str]) -> pd.DataFrame:
    frame = customer_shop().connection.execute(f"SELECT * FROM {name}").df()
    decimals = [column for column in frame if column.endswith("_amount")]
    return frame.astype(dict.fromkeys(decimals, float)).set_index(key).sort_index()


def same(actual: pd.DataFrame, expected: pd.DataFrame) -> None:
    expected = expected.sort_index()
    assert list(actual.index) == list(expected.index)
    for column in expected:
        np.testing.assert_allclose(
            actual[column].astype(float), expected[column].astype(float), 1e-9, 1e-9, err_msg=column
        )


def test_cohorts(known: Facts) -> None:
    expected = cohorts(known)
    assert len(expected) > 250
    same(
        table("marts.mart_cohort_retention", ["cohort_month", "months_since_first_order"]), expected
    )


def test_customer_months_are_the_history_of_lifetime_value(known: Facts) -> None:
    months = table("intermediate.int_customer_months", ["customer_id", "month_start"])
    expected = known.sales.groupby(["customer_id", "month"]).agg(
        order_count=("order_id", "size"),
        net_revenue_amount=("net", "sum"),
        purchase_days=("day", "nunique"),
    )
    expected.index = expected.index.set_levels(expected.index.levels[1].to_timestamp(), level=1)
    same(months, expected)


def test_rfm_of_today(known: Facts) -> None:
    expected = rfm(known, known.as_of)
    found = table("intermediate.int_customer_rfm", "customer_id")
    assert list(found.index) == list(expected.index)
    assert found["rfm_segment"].tolist() == expected["segment"].tolist()
    for score, column in (("r", "recency"), ("f", "frequency"), ("m", "monetary")):
        assert found[f"{column}_score"].tolist() == expected[score].tolist()


def test_moves_between_segments(known: Facts) -> None:
    expected = migration(known)
    found = table("marts.mart_segment_migration", ["month_end", "from_segment", "to_segment"])
    assert set(found.index) == set(expected)
    assert len(expected) > 200
    for key, (count, revenue, spent) in expected.items():
        row = found.loc[key]
        assert row["customer_count"] == count
        assert row["net_revenue_amount"] == pytest.approx(revenue)
        assert row["spent_amount"] == pytest.approx(spent)


def test_last_moves_end_in_the_segments_of_today(known: Facts) -> None:
    assert known.as_of.day == 1
    query = customer_shop().connection.execute
    found = query(
        "SELECT to_segment, SUM(customer_count) FROM marts.mart_segment_migration "
        f"WHERE month_end = DATE '{(known.as_of - DAY).date()}' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    today = (
        "SELECT rfm_segment, COUNT(*) FROM intermediate.int_customer_rfm GROUP BY ALL ORDER BY ALL"
    )
    assert found == query(today).fetchall()


def test_behaviour(known: Facts) -> None:
    expected = behaviour(known)
    assert (expected.notna().sum() > 300).all()
    same(table("intermediate.int_customer_behaviour", "customer_id"), expected)


def test_segments(known: Facts) -> None:
    found = table("marts.mart_customer_segments", "customer_id")
    assert set(found.index) <= set(known.customers["customer_id"])
    buyers = known.sales.groupby("customer_id").agg(
        total_orders=("order_id", "size"),
        last=("day", "max"),
        first=("day", "min"),
        spent=("net", "sum"),
    )
    signed_up = known.customers.set_index("customer_id")["created_at"].dt.normalize()
    since = np.minimum(buyers["first"], signed_up.reindex(buyers.index).fillna(buyers["first"]))
    months = np.maximum((known.as_of - since).dt.days / 30.4375, 1)
    buyers["clv"] = buyers["spent"] / months * 12
    buyers["clv_place"] = places(buyers["clv"])
    buyers["days_since_last_order"] = (known.as_of - buyers["last"]).dt.days
    buyers["churn_probability"] = [
        next(share for bound, share in RULE_OF_CHURN if days >= bound)
        for days in buyers["days_since_last_order"]
    ]
    described = buyers.join(behaviour(known))
    described["price_place"] = places(described["price_sensitivity"])
    expected = described.apply(segment, axis=1)
    bought = found[~found["is_prospect"]]
    assert bought["segment"].to_dict() == expected.to_dict()
    assert expected.nunique() >= 5
    assert set(found[found["is_prospect"]]["segment"]) == {"standard"}
    np.testing.assert_allclose(bought["clv_at_stake"], described["clv"].sort_index(), rtol=1e-9)
    np.testing.assert_allclose(found["expected_value"], found["clv_at_stake"] * found["uplift"])


def test_action_list_is_every_customer_once_and_holds_out_a_tenth() -> None:
    connection = customer_shop().connection
    rows = connection.execute(
        "SELECT COUNT(*), COUNT(DISTINCT customer_id), AVG(is_holdout::INT), "
        "COUNT(action_rank), MAX(action_rank) FROM marts.mart_action_list"
    ).fetchall()
    ((count, customers, held_out, ranked, last),) = rows
    segmented = connection.execute("SELECT COUNT(*) FROM marts.mart_customer_segments").fetchall()
    assert [(count,)] == segmented
    assert count == customers
    assert 0.07 < held_out < 0.13
    assert ranked == last
