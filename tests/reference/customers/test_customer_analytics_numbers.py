"""Every column by rule of the mart of all customers against pandas from raw."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from analytics_numbers import contacts, history, scores, seed, standing
from customer_numbers import Facts, facts

from tests.support.customer_shop import customer_shop

# Zero, not nothing, of who never bought.
COUNTS = {
    "total_orders",
    "total_items",
    "discount_orders",
    "active_months",
    "high_value_orders",
    "medium_value_orders",
    "low_value_orders",
    "orders_last_30_days",
    "unique_products",
    "total_spent",
    "spend_last_30_days",
}
# No model has scored anybody in this shop.
PREDICTED = {
    "churn_band",
    "clv_model_version",
    "churn_model_version",
    "churn_probability",
    "predicted_clv_12m",
    "predicted_clv_lower",
    "predicted_clv_upper",
    "predicted_margin",
    "clv_horizon_days",
    "clv_rank",
    "clv_percent_rank",
    "expected_next_order_date",
    "next_order_from",
    "next_order_to",
    "scoring_date",
}


@pytest.fixture(scope="module")
def mart() -> pd.DataFrame:
    connection = customer_shop().connection
    frame: pd.DataFrame = connection.execute("FROM marts.mart_customer_analytics").df()
    return frame.set_index("customer_id").sort_index()


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    connection = customer_shop().connection
    known: Facts = facts(connection)
    bought = history(known)
    rules = standing(known, bought).join([contacts(connection), scores(known), bought])
    rules[list(COUNTS)] = rules[list(COUNTS)].fillna(0)
    rules["rfm_segment"] = rules["rfm_segment"].fillna("Prospects")
    rules["marketing_recommendation"] = advised(rules)
    rules["rfm_action"] = actions(rules)
    return rules.assign(risk_source="rule", as_of_date=known.as_of).sort_index()


def advised(rules: pd.DataFrame) -> list[str]:
    advice = seed("marketing_recommendations", "lifecycle_stage", "value_tier")
    keys = zip(rules["lifecycle_stage"], rules["value_tier"], strict=True)
    return [advice[key]["marketing_recommendation"] for key in keys]


def actions(rules: pd.DataFrame) -> list[str]:
    rows = seed("rfm_segments", "rfm_segment").values()
    by_segment = {row["rfm_segment"]: row["rfm_action"] for row in rows}
    by_segment["Prospects"] = "Invite the first order"
    return [by_segment[name] for name in rules["rfm_segment"]]


def test_every_column_is_recomputed(mart: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert set(mart) == set(expected) | PREDICTED
    assert list(mart.index) == list(expected.index)
    assert mart[list(PREDICTED)].isna().all(axis=None)


def test_the_shop_has_customers_of_every_kind(expected: pd.DataFrame) -> None:
    assert expected["lifecycle_stage"].nunique() == 7
    for column in ("churn_risk_level", "value_tier", "loyalty_band", "engagement_level"):
        assert expected[column].nunique() >= 3, column


def test_numbers_and_names_are_those_of_the_rules(
    mart: pd.DataFrame, expected: pd.DataFrame
) -> None:
    for column in expected:
        told, wanted = mart[column], expected[column]
        if pd.api.types.is_numeric_dtype(wanted):
            np.testing.assert_allclose(
                told.astype(float), wanted.astype(float), 1e-9, 1e-9, err_msg=column
            )
        else:
            pd.testing.assert_series_equal(
                told.astype(object).where(told.notna(), None),
                wanted.astype(object).where(wanted.notna(), None),
                check_names=False,
            )
