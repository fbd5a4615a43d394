"""Metrics recomputed in pandas, apart from metrics/ and its SQL."""

from __future__ import annotations

from functools import cache

import pandas as pd
from kpi_facts import lines, orders, period, read, refunds, summed

MEMBER_DAYS = 92
SALES = ["gmv", "net_revenue", "orders", "units"]
# What adds up is zero where nothing happened, from the first period in which something did.
ADDS_UP = {*SALES, "gross_margin", "active_customers", "new_customers", "new_signups", "visits"}
ADDS_UP |= {"marketing_spend", "customers"}


@cache
def as_of() -> pd.Timestamp:
    return orders()["day"].max() + pd.Timedelta(days=1)


def known(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows between the first order and the last complete day."""
    return frame[frame["day"].between(orders()["day"].min(), orders()["day"].max())]


def sales(dimension: str, grain: str) -> pd.DataFrame:
    """The metrics of orders and returns, by period and member."""
    found = summed(orders(), dimension, grain, [*SALES, "new_customers"])
    sold = orders()[orders()["counts"]]
    key = [period(sold["day"], grain).rename("period"), sold[dimension].rename("member")]
    found["gross_margin"] = sold.groupby(key)["gross_margin"].sum(min_count=1)
    found["aov"] = found["net_revenue"] / found["orders"]
    found["units_per_order"] = found["units"] / found["orders"]
    found["price_per_unit"] = found["net_revenue"] / found["units"]
    buyers = orders()[orders()["counts"] & orders()["known"]]
    key = [period(buyers["day"], grain).rename("period"), buyers[dimension].rename("member")]
    distinct = buyers.groupby(key)["customer_id"].nunique()
    found["active_customers"] = distinct.reindex(found.index, fill_value=0)
    found["orders_per_customer"] = found["orders"] / found["active_customers"]
    returned = summed(refunds(), dimension, grain, ["refunds"])["refunds"]
    found["refund_rate"] = returned.reindex(found.index, fill_value=0) / found["net_revenue"]
    if dimension == "customer_type":
        # The dimension itself says who is new.
        found = found.drop(columns="new_customers")
    if dimension not in {"all", "country", "channel"}:
        found = found.drop(columns="orders_per_customer")
    return found.where(~found.isin([float("inf"), float("-inf")]))


def departments(grain: str) -> pd.DataFrame:
    """The metrics of lines by department."""
    sold = lines().merge(orders()[["order_id", "day", "counts", "order_status"]], on="order_id")
    value = (sold["quantity"] * sold["price"]).round(2)
    sold["gmv"] = value * (sold["order_status"] != "cancelled")
    sold["units"] = sold["quantity"] * sold["counts"]
    found = summed(sold, "department", grain, ["gmv", "units"])
    once = sold[sold["counts"]].drop_duplicates(["order_id", "department"]).assign(orders=1)
    ordered = summed(once, "department", grain, ["orders"])["orders"]
    found["orders"] = ordered.reindex(found.index, fill_value=0)
    found["units_per_order"] = found["units"] / found["orders"].where(found["orders"] > 0)
    return found


def attention(dimension: str, grain: str) -> pd.DataFrame:
    """The metrics of visits, spend and sign-ups, by period and member."""
    visits = read("SELECT order_id, channel, started_at FROM raw.web_sessions").assign(all="all")
    visits["day"] = visits["started_at"].dt.normalize()
    visits["visits"] = 1
    visits["converted"] = visits["order_id"].isin(orders()["order_id"]).astype(int)
    found = summed(known(visits), dimension, grain, ["visits", "converted"])
    found["conversion_rate"] = found["converted"] / found["visits"]
    spend = read("SELECT channel, spend_date AS day, spend_amount FROM raw.marketing_spend")
    spend = known(spend[spend["spend_amount"] >= 0]).assign(all="all")
    spent = summed(spend, dimension, grain, ["spend_amount"])["spend_amount"]
    won = summed(orders(), dimension, grain, ["new_customers"])["new_customers"]
    found = pd.concat([found, spent.rename("marketing_spend"), won], axis=1).sort_index()
    # Between two periods with spend a period without cost nothing.
    by_member = found["marketing_spend"].groupby("member")
    between = by_member.ffill().notna() & by_member.bfill().notna()
    cost = found["marketing_spend"].mask(between & found["marketing_spend"].isna(), 0)
    found["customer_acquisition_cost"] = cost / won.where(won > 0)
    return found.drop(columns=["converted", "new_customers"])


def signups(dimension: str, grain: str) -> pd.DataFrame:
    customers = read("SELECT * FROM raw.customers").assign(all="all", new_signups=1)
    customers["country"] = customers["country"].fillna("unknown")
    customers["channel"] = customers["acquisition_channel"].fillna("unknown")
    customers["day"] = customers["created_at"].dt.normalize()
    return summed(known(customers), dimension, grain, ["new_signups"])


def so_far(dimension: str, grain: str) -> pd.DataFrame:
    """Customers, and those who came back, by the end of each period."""
    first = orders()[orders()["number"] == 1].groupby("customer_id").first()
    second = orders()[orders()["number"] == 2].set_index("customer_id")["day"]
    starts = pd.Series(pd.date_range(orders()["day"].min(), orders()["day"].max()))
    periods = sorted(period(starts, grain).unique())
    rows = []
    for start, following in zip(periods, [*periods[1:], as_of()], strict=True):
        for member, people in first.groupby(dimension):
            buyers = people.index[people["day"] < following]
            if len(buyers):
                back = (second.reindex(buyers) < following).sum()
                rows.append((start, member, len(buyers), back / len(buyers)))
    columns = ["period", "member", "customers", "repeat_rate"]
    return pd.DataFrame(rows, columns=columns).set_index(["period", "member"])


def of_parts(
    table: str, column: str, grain: str, ratios: dict[str, tuple[str, str]]
) -> pd.DataFrame:
    """Ratios of sums of the rows of a mart, by period and member of a column."""
    frame = read(f"SELECT *, {column} AS member FROM {table}")
    frame["period"] = period(
        pd.to_datetime(frame[frame.filter(regex="date_day|month_start").columns[0]]), grain
    )
    found = {}
    for name, (above, below) in ratios.items():
        parts = pd.DataFrame({"above": frame.eval(above), "below": frame.eval(below)})
        parts = parts.astype(float).where(parts.notna().all(axis=1))
        sums = parts.groupby([frame["period"], frame["member"]]).sum()
        found[name] = sums["above"] / sums["below"].where(sums["below"] != 0)
    return pd.DataFrame(found)
