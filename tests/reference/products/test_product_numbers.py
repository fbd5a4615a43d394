"""The marts about products against a recomputation in pandas from raw, and mlxtend's rules."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

sys.path.insert(0, str(Path(__file__).parent))

from recomputed import (
    DAY,
    Facts,
    abc_classes,
    baskets,
    elasticity,
    facts,
    pair_counts,
    recommended,
    reorders,
)

from tests.support.product_shop import PERIODS, product_shop

pytestmark = pytest.mark.slow

REORDER_PRIOR, RETURN_PRIOR, TREND_PRIOR, RATING_PRIOR, LIFT_PRIOR = 20, 20, 10, 5, 5


@pytest.fixture(scope="module")
def known() -> Facts:
    found = facts(product_shop().connection)
    found.lines["is_reorder"] = reorders(found.lines)
    return found


def mart(name: str, key: str | list[str]) -> pd.DataFrame:
    frame = product_shop().connection.execute(f"SELECT * FROM marts.{name}").df()
    decimals = [c for c in frame if c.endswith("_amount") or c == "net_revenue_last_30_days"]
    return frame.astype(dict.fromkeys(decimals, float)).set_index(key).sort_index()


@pytest.fixture(scope="module")
def performance() -> pd.DataFrame:
    return mart("mart_product_performance", "product_id")


def same(actual: pd.Series, expected: pd.Series, fill: float | None = None) -> None:
    wanted = expected.reindex(actual.index).astype(float)
    if fill is not None:
        wanted = wanted.fillna(fill)
    np.testing.assert_allclose(actual.astype(float), wanted, rtol=1e-9, atol=1e-9)


def test_sales_customers_and_returns(known: Facts, performance: pd.DataFrame) -> None:
    lines = known.lines
    by_product = lines.groupby("product_id")
    same(performance["units_sold"], by_product["quantity"].sum(), 0)
    same(performance["order_count"], by_product["order_id"].nunique(), 0)
    same(performance["customer_count"], by_product["customer_id"].nunique(), 0)
    same(performance["net_revenue_amount"], by_product["net"].sum().round(2), 0)
    same(performance["mean_cart_position"], by_product["cart_position"].mean())
    first = lines[lines["cart_position"] == 1].groupby("product_id")["order_id"].nunique()
    same(performance["first_in_cart_count"], first, 0)
    recent = lines[lines["day"] >= known.as_of - 30 * DAY].groupby("product_id")
    same(performance["units_last_30_days"], recent["quantity"].sum(), 0)
    same(performance["net_revenue_last_30_days"], recent["net"].sum().round(2), 0)
    cost = known.products.set_index("product_id")["unit_cost"].astype(float)
    margin = by_product["net"].sum() - by_product["quantity"].sum() * cost
    same(performance["gross_margin_amount"], margin.round(2), 0)
    returned = known.returns.groupby("product_id")["quantity"].sum()
    same(performance["units_returned"], returned, 0)
    sold = by_product["quantity"].sum()
    same(performance["return_rate"], returned.reindex(sold.index).fillna(0) / sold)


def test_rates_ranks_and_classes(known: Facts, performance: pd.DataFrame) -> None:
    lines = known.lines
    grouped = lines.groupby("product_id")["is_reorder"]
    same(performance["reorder_rate"], grouped.mean())
    overall = lines["is_reorder"].mean()
    shrunk = (grouped.sum() + REORDER_PRIOR * overall) / (grouped.count() + REORDER_PRIOR)
    same(performance["shrunk_reorder_rate"], shrunk)
    buyers = known.orders["customer_id"].nunique()
    penetration = lines.groupby("product_id")["customer_id"].nunique() / buyers
    same(performance["penetration_share"], penetration, 0)
    revenue = lines.groupby("product_id")["net"].sum().round(2).reindex(performance.index)
    revenue = revenue.fillna(0)
    assert performance["abc_class"].to_dict() == abc_classes(revenue.to_dict())
    order = sorted(revenue.index, key=lambda product: (-revenue[product], product))
    assert list(performance.sort_values("rank_overall").index) == order
    lifecycles = {
        product: lifecycle(shrunk.get(product), penetration.get(product))
        for product in performance.index
    }
    assert performance["lifecycle"].to_dict() == lifecycles
    assert len(set(lifecycles.values())) >= 3


def lifecycle(reorder_rate: float | None, penetration: float | None) -> str:
    if reorder_rate is None or penetration is None:
        return "unsold"
    if reorder_rate >= 0.7 and penetration >= 0.3:
        return "star"
    if reorder_rate >= 0.5 and penetration >= 0.15:
        return "cash_cow"
    if reorder_rate < 0.3 and penetration >= 0.2:
        return "question_mark"
    return "dog" if reorder_rate < 0.4 and penetration < 0.1 else "developing"


def test_trend_against_the_pace_of_the_shop(known: Facts, performance: pd.DataFrame) -> None:
    lines = known.lines
    late = lines[lines["day"] >= known.as_of - 7 * DAY]
    base = lines[(lines["day"] < known.as_of - 7 * DAY) & (lines["day"] >= known.as_of - 35 * DAY)]
    sold = sorted(set(lines["product_id"]))
    units = late.groupby("product_id")["quantity"].sum().reindex(sold).fillna(0)
    before = base.groupby("product_id")["quantity"].sum().reindex(sold).fillna(0)
    pace = units.sum() / before.sum()
    expected = (units + TREND_PRIOR * pace) / (before * pace + TREND_PRIOR * pace)
    same(performance["trending_score"], expected)


def test_ratings_and_stock(known: Facts, performance: pd.DataFrame) -> None:
    stars = known.reviews.groupby("product_id")["rating"]
    same(performance["avg_rating"], stars.mean())
    mean = known.reviews["rating"].mean()
    shrunk = (stars.sum() + RATING_PRIOR * mean) / (stars.count() + RATING_PRIOR)
    same(performance["shrunk_rating"], shrunk)
    counts = known.inventory[known.inventory["quantity_on_hand"] >= 0]
    last = counts.sort_values("snapshot_at").groupby("product_id")["quantity_on_hand"].last()
    same(performance["quantity_on_hand"], last)
    recent = known.lines[known.lines["day"] >= known.as_of - 30 * DAY]
    pace = recent.groupby("product_id")["quantity"].sum() / 30
    same(performance["days_of_cover"], last / pace.reindex(last.index))


def test_price_elasticity(known: Facts, performance: pd.DataFrame) -> None:
    shop_lines = known.lines.groupby("day").size()
    expected = {}
    for product, lines in known.lines.groupby("product_id"):
        days = lines.groupby("day").agg(
            lines=("quantity", "size"), units=("quantity", "sum"), gross=("gross", "sum")
        )
        days["price"] = (days["gross"] / days["units"]).round(2)
        expected[product] = elasticity(days, shop_lines)
    told = pd.Series(expected, dtype=float)
    assert told.notna().sum() >= 20
    actual = performance["price_elasticity"]
    np.testing.assert_allclose(actual, told.reindex(actual.index), rtol=1e-6)


@pytest.mark.parametrize("period", PERIODS)
def test_sales_by_period(known: Facts, period: str) -> None:
    lines = known.lines.copy()
    if period == "hour":
        lines = lines[lines["day"] >= known.as_of - 35 * DAY]
    starts = {
        "hour": lines["ordered_at"].dt.floor("h"),
        "day": lines["day"],
        "week": lines["day"] - pd.to_timedelta(lines["day"].dt.weekday, unit="D"),
        "month": lines["day"].dt.to_period("M").dt.to_timestamp(),
    }
    lines["period_start"] = starts[period]
    grouped = lines.groupby(["product_id", "period_start"])
    actual = mart(f"mart_product_performance_{period}", ["product_id", "period_start"])
    expected = grouped.agg(
        units_sold=("quantity", "sum"),
        order_count=("order_id", "nunique"),
        net_revenue_amount=("net", "sum"),
        reorder_rate=("is_reorder", "mean"),
        mean_cart_position=("cart_position", "mean"),
    ).sort_index()
    assert list(actual.index) == list(expected.index)
    for column in expected:
        np.testing.assert_allclose(
            actual[column].astype(float), expected[column].astype(float), rtol=1e-9
        )
    if period in ("hour", "day"):
        np.testing.assert_array_equal(actual["customer_count"], grouped["customer_id"].nunique())


def test_rules_equal_counting_every_pair_of_every_basket(known: Facts) -> None:
    found = baskets(known.lines)
    single, pairs = pair_counts(found)
    frequent = {pair: count for pair, count in pairs.items() if count >= 10}
    rules = mart("mart_product_affinity", ["antecedent_id", "consequent_id"])
    total, expected = len(found), {}
    for (one, other), both in frequent.items():
        if both * total >= single[one] * single[other]:
            expected[one, other] = expected[other, one] = both
    assert rules["pair_order_count"].to_dict() == expected
    for (one, other), rule in rules[::20].iterrows():
        both, a, b = expected[one, other], single[one], single[other]
        table = [[both, a - both], [b - both, total - a - b + both]]
        tested = chi2_contingency(table, correction=False)
        assert rule["chi_square"] == pytest.approx(tested.statistic, rel=1e-9, abs=1e-9)
        assert rule["p_value"] == pytest.approx(tested.pvalue, rel=3e-7, abs=1e-290)
        assert rule["is_significant"] == (rule["p_value"] * len(frequent) <= 0.05)
        shrunk = (both + LIFT_PRIOR) / (a * b / total + LIFT_PRIOR)
        assert rule["shrunk_lift"] == pytest.approx(shrunk)


def test_rules_equal_those_of_mlxtend(known: Facts) -> None:
    from mlxtend.frequent_patterns import association_rules, fpgrowth

    found = baskets(known.lines)
    products = sorted({product for basket in found for product in basket})
    table = pd.DataFrame(
        [[product in basket for product in products] for basket in found], columns=products
    )
    itemsets = fpgrowth(table, min_support=9.5 / len(found), use_colnames=True, max_len=2)
    theirs = association_rules(itemsets, metric="lift", min_threshold=1 - 1e-12)
    theirs["antecedent_id"] = [next(iter(items)) for items in theirs["antecedents"]]
    theirs["consequent_id"] = [next(iter(items)) for items in theirs["consequents"]]
    theirs = theirs.set_index(["antecedent_id", "consequent_id"]).sort_index()
    ours = mart("mart_product_affinity", ["antecedent_id", "consequent_id"])
    assert list(ours.index) == list(theirs.index)
    for measure in ("support", "confidence", "lift"):
        np.testing.assert_allclose(ours[measure], theirs[measure], rtol=1e-9)


def test_recommendations_of_some_customers(known: Facts) -> None:
    rules = mart("mart_product_affinity", ["antecedent_id", "consequent_id"]).reset_index()
    rules = rules[rules["is_significant"]]
    rules = pd.DataFrame(
        {
            "antecedent": rules["antecedent_id"],
            "consequent": rules["consequent_id"],
            "gain": rules["confidence"] - rules["consequent_order_count"] / rules["basket_count"],
        }
    )
    actual = mart("mart_product_recommendations", ["customer_id", "recommendation_rank"])
    assert set(actual.index.get_level_values(0)) == known.customers
    for customer in sorted(known.customers)[::25]:
        shown = actual.loc[customer]
        expected = recommended(known, customer, rules)
        assert [*shown["product_id"]] == [product for product, _, _ in expected]
        assert [*shown["source"]] == [source for _, source, _ in expected]
        np.testing.assert_allclose(shown["score"], [score for _, _, score in expected])
