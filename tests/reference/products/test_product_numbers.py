"""The marts about products against a recomputation in pandas from raw, and mlxtend's rules."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, norm

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

from tests.support.definitions import PROJECT
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


def test_money_shares_and_days(known: Facts, performance: pd.DataFrame) -> None:
    by_product = known.lines.groupby("product_id")
    net, units = by_product["net"].sum().round(2), by_product["quantity"].sum()
    same(performance["discount_amount"], (by_product["gross"].sum() - net).round(2), 0)
    refunds = known.returns["refund_amount"].astype(float).groupby(known.returns["product_id"])
    same(performance["refund_amount"], refunds.sum().round(2), 0)
    same(performance["mean_price_paid"], net / units)
    same(performance["revenue_share"], net / net.sum(), 0)
    cost = known.products.set_index("product_id")["unit_cost"].astype(float)
    same(performance["gross_margin_share"], ((net - units * cost) / net).where(net > 0))
    listed = known.products.set_index("product_id")["parent_product_id"]
    family = listed.fillna(pd.Series(listed.index, listed.index))
    together = net.reindex(family.index).fillna(0).groupby(family).sum()
    same(performance["family_net_revenue_amount"], family.map(together).fillna(0))
    assert (performance["is_variant"] == listed.notna().reindex(performance.index)).all()
    assert performance["is_variant"].any()
    for column, days in (
        ("first_sold_date", by_product["day"].min()),
        ("last_sold_date", by_product["day"].max()),
        ("stock_counted_date", known.counts.groupby("product_id")["snapshot_at"].max()),
    ):
        wanted = days.dt.normalize().reindex(performance.index)
        assert ((performance[column] == wanted) | wanted.isna()).all(), column
        assert (performance[column].isna() == wanted.isna()).all(), column


def test_bands_and_what_to_do(known: Facts, performance: pd.DataFrame) -> None:
    units = known.lines.groupby("product_id")["quantity"].sum().reindex(performance.index).fillna(0)
    place = (units.rank(method="min") - 1 + units.rank(method="max")) / (2 * len(units))
    tiers = np.select([place >= 0.8, place >= 0.5], ["Top", "Middle"], "Rest")
    assert list(performance["volume_tier"]) == list(tiers)
    expected = {
        "reorder_band": performance["shrunk_reorder_rate"].map(
            lambda r: banded(r, [(0.7, "Excellent"), (0.5, "Good"), (0.3, "Fair"), (0, "Low")])
        ),
        "trend_band": performance["trending_score"].map(
            lambda r: banded(r, [(1.2, "Rising"), (0.8, "Steady"), (0, "Falling")])
        ),
        "stock_status": performance.apply(stock_status, axis=1),
    }
    for column, wanted in expected.items():
        told = performance[column]
        assert [*told.where(told.notna(), None)] == [*wanted.where(wanted.notna(), None)], column
        assert wanted.nunique() >= 2, column
    advice = seed("product_recommendations")
    for row in performance.itertuples():
        (told_advice,) = (
            line["recommendation"]
            for line in advice
            if (line["lifecycle"], line["abc_class"]) == (row.lifecycle, row.abc_class)
        )
        assert row.recommendation == told_advice


def stock_status(row: pd.Series) -> str | None:
    if pd.isna(row["quantity_on_hand"]):
        return None
    if row["quantity_on_hand"] <= 0:
        return "Out"
    if not row["units_last_30_days"]:
        return "Unmoved"
    return banded(row["days_of_cover"], [(90, "Excess"), (14, "Enough"), (0, "Low")])


def banded(value: float, bounds: list[tuple[float, str]]) -> str | None:
    return next((name for bound, name in bounds if value >= bound), None)


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_ranks_in_departments(known: Facts, performance: pd.DataFrame) -> None:
    net = performance["net_revenue_amount"]
    for _, products in performance.groupby("department_name", dropna=False):
        order = sorted(products.index, key=lambda product: (-net[product], product))
        assert list(products["rank_in_department"].sort_values().index) == order
    assert performance["department_name"].nunique() > 5


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
    same(performance["rating_count"], stars.count(), 0)
    last = known.counts.sort_values("snapshot_at").groupby("product_id")["quantity_on_hand"].last()
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
    told = pd.DataFrame.from_dict(expected, orient="index").reindex(performance.index)
    assert told[0].notna().sum() >= 20
    for column, number in (("price_elasticity", 0), ("price_elasticity_error", 1)):
        np.testing.assert_allclose(performance[column], told[number], rtol=1e-6)


def test_price_verdict_holds_for_every_elasticity_in_the_interval(
    performance: pd.DataFrame,
) -> None:
    told = performance[performance["price_elasticity"].notna()]
    reach = norm.ppf(0.975) * told["price_elasticity_error"]
    steps = np.linspace(-1, 1, 201)
    expected = {}
    for product, row in told.iterrows():
        possible = row["price_elasticity"] + reach[product] * steps
        # Below -1 there is a best margin; above, no price is too high.
        best = np.where(possible < -1, -1 / np.minimum(possible, -1), np.inf)
        if pd.isna(row["gross_margin_share"]):
            expected[product] = "Unknown"
        elif (row["gross_margin_share"] < best).all():
            expected[product] = "Higher"
        elif (row["gross_margin_share"] > best).all():
            expected[product] = "Lower"
        else:
            expected[product] = "Not clear"
    assert told["price_verdict"].to_dict() == expected
    assert len(set(expected.values())) > 1
    assert performance.loc[performance["price_elasticity"].isna(), "price_verdict"].isna().all()


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
        gross=("gross", "sum"),
    ).sort_index()
    net, units = expected["net_revenue_amount"].round(2), expected["units_sold"]
    cost = known.products.set_index("product_id")["unit_cost"].astype(float)
    sold = expected.index.get_level_values("product_id")
    expected["discount_amount"] = (expected.pop("gross") - net).round(2)
    expected["gross_margin_amount"] = net - units * cost.reindex(sold).to_numpy()
    expected["mean_price_paid"] = net / units
    expected["revenue_share"] = net / net.groupby("period_start").transform("sum")
    new = lines[~lines["is_reorder"]].groupby(["product_id", "period_start"])["customer_id"]
    expected["new_customer_count"] = new.nunique().reindex(expected.index).fillna(0)
    first = lines[lines["cart_position"] == 1].groupby(["product_id", "period_start"])["order_id"]
    expected["first_in_cart_count"] = first.nunique().reindex(expected.index).fillna(0)
    by_revenue = net.reset_index().sort_values(
        ["period_start", "net_revenue_amount", "product_id"], ascending=[True, False, True]
    )
    by_revenue["rank_overall"] = by_revenue.groupby("period_start").cumcount() + 1
    ranks = by_revenue.set_index(["product_id", "period_start"])["rank_overall"]
    expected["rank_overall"] = ranks.reindex(expected.index)
    assert list(actual.index) == list(expected.index)
    for column in expected:
        np.testing.assert_allclose(
            actual[column].astype(float), expected[column].astype(float), 1e-9, 1e-9, err_msg=column
        )
    lengths = {"hour": pd.Timedelta(hours=1), "day": DAY, "week": 7 * DAY}
    length = lengths.get(period, pd.DateOffset(months=1))
    starts_at = actual.index.get_level_values("period_start")
    assert (actual["is_complete"] == (starts_at + length <= known.as_of)).all()
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
        assert rule["antecedent_order_count"] == a
        strength = strength_of(both * total / (a * b), both / a)
        assert rule["strength"] == strength
        score = sum(shrunk >= bound for bound in (2, 1.5, 1.2, 1.05)) + 1
        assert rule["cross_sell_score"] == (score if rule["is_significant"] else 1)


def strength_of(lift: float, confidence: float) -> str:
    if lift >= 2 and confidence >= 0.3:
        return "very_strong"
    if lift >= 1.5 and confidence >= 0.2:
        return "strong"
    return "moderate" if lift >= 1.2 and confidence >= 0.1 else "weak"


def test_what_to_do_with_rules(known: Facts) -> None:
    rules = mart("mart_product_affinity", ["antecedent_id", "consequent_id"])
    listed = known.products.set_index("product_id")
    family = listed["parent_product_id"].fillna(pd.Series(listed.index, listed.index))
    advice = {(row["relation"], row["strength"]): row["advice"] for row in seed("affinity_advice")}
    for (one, other), rule in rules.iterrows():
        relation = "bundle" if listed["is_bundle"][[one, other]].any() else "product"
        relation = "variant" if family[one] == family[other] else relation
        assert rule["relation"] == relation
        strength = rule["strength"] if rule["is_significant"] else "unproven"
        assert rule["advice"] == advice[relation, strength]
    one, other = max(rules.index, key=lambda pair: rules["pair_order_count"][pair])
    holding = known.lines[known.lines["product_id"].isin([one, other])]
    both = holding.groupby(["order_id", "customer_id"])["product_id"].nunique() == 2
    customers = both[both].reset_index()["customer_id"].nunique()
    assert rules["pair_customer_count"][one, other] == customers


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
