"""Recurring revenue against the simulator's truth, and against pandas from raw."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.support.growth_shop import growth_shop, truth

MOVEMENTS = ["new", "reactivated", "expansion", "contraction", "churned"]


@pytest.fixture(scope="module")
def mart() -> pd.DataFrame:
    frame = growth_shop().connection.execute("SELECT * FROM marts.mart_subscription_metrics").df()
    money = [name for name in frame if name.endswith("_mrr")]
    return frame.astype(dict.fromkeys(money, float)).set_index("month_start").sort_index()


@pytest.fixture(scope="module")
def subscriptions() -> pd.DataFrame:
    """Subscriptions that end, if at all, after they start, of customers that are known."""
    connection = growth_shop().connection
    frame = connection.execute(
        "SELECT customer_id, monthly_amount::DOUBLE AS amount, started_at, ended_at"
        " FROM raw.subscriptions WHERE customer_id IN (SELECT customer_id FROM raw.customers)"
    ).df()
    return frame[~(frame["ended_at"] < frame["started_at"])]


def month_ends(mart: pd.DataFrame) -> dict[pd.Timestamp, pd.Timestamp]:
    as_of = growth_shop().connection.execute("SELECT * FROM intermediate.int_as_of").df()
    last = as_of["as_of_date"].iloc[0]
    return {month: min(month + pd.DateOffset(months=1), last) for month in mart.index}


def test_every_month_is_customers_before_and_after(
    mart: pd.DataFrame, subscriptions: pd.DataFrame
) -> None:
    before: dict[str, float] = {}
    ever: set[str] = set()
    for month, end in month_ends(mart).items():
        runs = (subscriptions["started_at"] < end) & ~(subscriptions["ended_at"] < end)
        now = subscriptions[runs].groupby("customer_id")["amount"].sum().round(2).to_dict()
        moved, movers = dict.fromkeys(MOVEMENTS, 0.0), dict.fromkeys(MOVEMENTS, 0)
        for customer in before.keys() | now.keys():
            old, new = before.get(customer, 0.0), now.get(customer, 0.0)
            if not old:
                kind = "reactivated" if customer in ever else "new"
            elif not new:
                kind = "churned"
            else:
                kind = "expansion" if new > old else "contraction"
            moved[kind] += new - old
            movers[kind] += 1
        row = mart.loc[month]
        assert {m: row[f"{m}_mrr"] for m in MOVEMENTS} == pytest.approx(moved, abs=0.005)
        assert row["closing_mrr"] == pytest.approx(sum(now.values()), abs=0.005)
        assert row["closing_subscribers"] == len(now)
        assert row["mrr_per_subscriber"] == pytest.approx(sum(now.values()) / len(now))
        assert row["opening_mrr"] == pytest.approx(sum(before.values()), abs=0.005)
        assert row["opening_subscribers"] == len(before)
        assert [row["new_subscribers"], row["reactivated_subscribers"]] == [
            movers["new"],
            movers["reactivated"],
        ]
        assert row["churned_subscribers"] == len(before.keys() - now.keys())
        if opening := sum(before.values()):
            kept = opening + moved["contraction"] + moved["churned"]
            assert row["gross_revenue_retention"] == pytest.approx(kept / opening)
            assert row["net_revenue_retention"] == pytest.approx(
                (kept + moved["expansion"]) / opening
            )
            assert row["logo_churn"] == pytest.approx(len(before.keys() - now.keys()) / len(before))
        before, ever = now, ever | now.keys()
    assert (mart["reactivated_mrr"] > 0).any()
    assert (mart["expansion_mrr"] > 0).any()
    assert (mart["contraction_mrr"] < 0).any()


def test_movements_are_the_true_ones_but_for_the_rows_that_were_spoilt(mart: pd.DataFrame) -> None:
    shop = growth_shop()
    known = truth(shop, "mrr").set_index("month")
    wrong = shop.connection.execute(
        "SELECT COALESCE(SUM(monthly_amount), 0)::DOUBLE FROM raw.subscriptions"
        " WHERE ended_at < started_at"
    ).fetchone()
    assert wrong is not None
    complete = mart[mart["is_complete"]]
    assert list(complete.index) == list(known.index)
    # A subscription that was refused is missing while it ran: at most its amount each month.
    apart = (complete["closing_mrr"] - known["mrr"]).abs()
    assert apart.max() <= wrong[0] + 20
    assert (apart < 0.01).sum() >= 0.5 * len(apart)
    for movement in MOVEMENTS:
        apart = (complete[f"{movement}_mrr"] - known[movement]).abs()
        assert (apart < 0.01).sum() >= 0.8 * len(apart), movement
