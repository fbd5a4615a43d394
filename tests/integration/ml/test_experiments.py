"""Campaigns as experiments: effects by equal predicted value, and whom they change."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from prediction_data import build, buying_days, with_days

from ml.experiments import (
    Campaign,
    Experiment,
    customers_changed_most,
    judge,
    read_experiments,
)
from patron.errors import PatronError, UsageError
from tests.support.command import forked

ASSIGNED, LAST = date(2026, 2, 10), date(2026, 2, 24)
MONTH = date(2026, 2, 1)
FREQUENT_ORDERS = 3
GENERATOR = np.random.default_rng(5)


@pytest.fixture(scope="module")
def warehouse() -> duckdb.DuckDBPyConnection:
    """Two campaigns on the same customers: one changes frequent buyers, one nobody."""
    connection = with_days(buying_days(2600, 400), date(2026, 3, 15))
    build(connection)
    connection.execute("CREATE SCHEMA marts")
    people = connection.execute(
        "SELECT customer_id, order_count, average_day_amount AS amount FROM ml.customer_features"
        " WHERE cutoff_date = ? ORDER BY customer_id",
        [MONTH],
    ).df()
    assigned = [_assigned("changes", people, 0.5), _assigned("nothing", people, 0.0)]
    small = assigned[0].head(90).assign(campaign_id="small")
    late = pd.DataFrame({"customer_id": ["unknown"], "campaign_id": "changes", "bought": True})
    customers = pd.concat([*assigned, small, late.assign(is_holdout=False, revenue=1e6)])
    connection.register("customers", customers)
    connection.execute(
        "CREATE TABLE intermediate.int_campaign_customers AS SELECT campaign_id, customer_id,"
        f" is_holdout, TRUE AS is_assigned, DATE '{ASSIGNED}' AS touched_date FROM customers"
    )
    connection.execute(
        "CREATE TABLE intermediate.int_campaign_responses AS SELECT campaign_id, customer_id,"
        " revenue AS net_revenue_amount FROM customers WHERE bought"
    )
    connection.execute(
        "CREATE TABLE marts.mart_campaign_performance AS SELECT campaign_id, campaign_id AS"
        f" campaign_name, TRUE AS has_holdout, campaign_id <> 'running' AS is_measured_to_the_end,"
        f" DATE '{ASSIGNED}' AS start_date, DATE '{LAST}' AS last_measured_date"
        " FROM UNNEST(['changes', 'nothing', 'small', 'running']) AS campaigns (campaign_id)"
    )
    connection.execute(
        "CREATE TABLE marts.dim_customers AS SELECT customer_id, customer_id <> 'c00007'"
        " AS is_reachable FROM ml.customer_features_now"
    )
    return connection


def _assigned(name: str, people: pd.DataFrame, effect: float) -> pd.DataFrame:
    is_holdout = GENERATOR.random(len(people)) < 0.4
    changed = ~is_holdout & (people["order_count"] >= FREQUENT_ORDERS)
    bought = GENERATOR.random(len(people)) < 0.15 + effect * changed
    return pd.DataFrame(
        {
            "campaign_id": name,
            "customer_id": people["customer_id"],
            "is_holdout": is_holdout,
            "bought": bought,
            "revenue": np.where(bought, people["amount"], 0.0).round(2),
        }
    )


def _one(
    warehouse: duckdb.DuckDBPyConnection, name: str, *, now: bool = False
) -> tuple[Experiment, pd.DataFrame, pd.DataFrame | None]:
    read = read_experiments(warehouse, name, with_customers_now=now)
    ((campaign, rows),) = read.experiments
    return judge(campaign, rows, 500), rows, read.customers_now


def test_the_effect_is_told_of_those_known_before(warehouse: duckdb.DuckDBPyConnection) -> None:
    found, rows, _ = _one(warehouse, "changes")
    assert "unknown" not in set(rows["customer_id"])
    assert (found.treated, found.held_out) == (
        (~rows["is_holdout"]).sum(),
        rows["is_holdout"].sum(),
    )
    frequent = (rows["order_count"] >= FREQUENT_ORDERS)[~rows["is_holdout"]].mean()
    assert found.buyers is not None
    assert found.buyers.low < 0.5 * frequent < found.buyers.high
    assert found.revenue is not None
    assert found.adjusted_revenue is not None
    assert found.adjusted_revenue.low > 0
    assert found.adjusted_revenue.width < found.revenue.width
    share, control = found.shares or pytest.fail("no shares")
    assert control.low < 0.15 < control.high < share.low


def test_those_come_first_whom_the_campaign_changes(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found, rows, now = _one(warehouse, "changes", now=True)
    assert found.finding == "knows whom it changes"
    assert now is not None
    listed = customers_changed_most(found, rows, now)
    assert "c00007" not in set(listed["customer_id"])
    assert listed["predicted_uplift"].is_monotonic_decreasing
    orders = now.set_index("customer_id")["order_count"]
    is_frequent = orders.loc[listed["customer_id"]].to_numpy() >= FREQUENT_ORDERS
    half = len(listed) // 2
    assert is_frequent[:half].mean() > is_frequent[half:].mean() + 0.4


def test_nobody_is_named_where_chance_does_as_well(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found, rows, now = _one(warehouse, "nothing", now=True)
    assert found.buyers is not None
    assert found.buyers.low < 0 < found.buyers.high
    assert found.finding == "no better than chance"
    assert now is not None
    with pytest.raises(PatronError, match="nobody can say whom nothing changes"):
        customers_changed_most(found, rows, now)


def test_of_small_experiments_nothing_is_told(warehouse: duckdb.DuckDBPyConnection) -> None:
    found, rows, _ = _one(warehouse, "small")
    assert found.treated + found.held_out == len(rows) == 90
    assert (found.buyers, found.qini, found.finding) == (None, None, "too few customers")


def test_only_campaigns_measured_to_the_end_are_listed(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    read = read_experiments(warehouse, None, with_customers_now=False)
    assert [campaign.campaign_id for campaign, _ in read.experiments] == [
        "changes",
        "nothing",
        "small",
    ]
    assert read.customers_now is None
    assert read.experiments[0][0] == Campaign("changes", "changes", ASSIGNED)
    # From the day of the assignment to the last that counts, both of them.
    assert set(read.experiments[0][1]["days"]) == {(LAST - ASSIGNED) // timedelta(days=1) + 1}
    with pytest.raises(UsageError, match="running is no campaign"):
        read_experiments(warehouse, "running", with_customers_now=False)


@pytest.fixture
def shop(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> Path:
    """A shop with such a warehouse."""
    path = tmp_path / "shop" / "data" / "warehouse.duckdb"
    path.parent.mkdir(parents=True)
    warehouse.execute(f"ATTACH '{path}' AS saved; COPY FROM DATABASE memory TO saved; DETACH saved")
    return path.parents[1]


def test_the_command_writes_whom_to_reach(shop: Path) -> None:
    file = shop / "mailing.csv"
    done = forked(shop, "models", "uplift", "changes", "--customers", str(file), "--json")
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    assert (told["finding"], told["campaign"]["start_date"]) == (
        "knows whom it changes",
        ASSIGNED.isoformat(),
    )
    assert 0 < told["qini"]["low"] < told["qini"]["value"]
    written = pd.read_csv(file)
    assert list(written) == ["customer_id", "predicted_uplift"]
    assert f"{len(written):,} customers written to" in done.stderr
    file.unlink()
    done = forked(shop, "models", "uplift", "small", "--customers", str(file))
    assert done.returncode == 1
    assert "small" in done.stdout
    assert "too few customers" in done.stderr
    assert not file.exists()


def test_the_command_says_what_is_missing(shop: Path) -> None:
    done = forked(shop, "models", "uplift", "--customers", str(shop / "x.csv"))
    assert (done.returncode, "needs a CAMPAIGN" in done.stderr) == (2, True)
    shutil.rmtree(shop / "data")
    done = forked(shop, "models", "uplift")
    assert (done.returncode, "nothing has run yet" in done.stderr) == (1, True)
    assert not (shop / "data").exists()
