"""The campaigns with a holdout as experiments: what each changed, and whom it changes most.

Effects stand in `marts.mart_campaign_performance` too. Here revenue is compared by equal predicted
value at the assignment, which foretells it better than spend before, and a response model for each
arm is judged by Qini. What is known of a customer comes from the features at the first of the month
of the assignment: whoever had not ordered by then is left out of both arms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from ml.boosting import one_thread
from ml.features import FEATURES, fit_buying, known_columns, tree_matrix
from ml.uplift import (
    Array,
    Effect,
    Mask,
    cuped,
    difference_in_means,
    fit_t_learner,
    predict_out_of_fold,
    qini_interval,
    wilson,
)
from patron.errors import PatronError, UsageError

_COLUMNS = ", ".join(f"features.{name}::DOUBLE AS {name}" for name in FEATURES)
_CAMPAIGNS = """
SELECT campaign_id, campaign_name, start_date FROM marts.mart_campaign_performance
WHERE has_holdout AND is_measured_to_the_end
ORDER BY start_date DESC, campaign_id
"""
_CUSTOMERS = f"""
WITH responses AS (
    SELECT customer_id, SUM(net_revenue_amount)::DOUBLE AS revenue
    FROM intermediate.int_campaign_responses WHERE campaign_id = $campaign GROUP BY customer_id
)
SELECT assigned.customer_id, assigned.is_holdout, features.purchase_days::DOUBLE AS purchase_days,
    {_COLUMNS}, DATE_DIFF('DAY', assigned.touched_date, campaigns.last_measured_date) + 1 AS days,
    (NOT responses.customer_id IS NULL)::INT::DOUBLE AS bought,
    COALESCE(responses.revenue, 0) AS revenue
FROM intermediate.int_campaign_customers AS assigned
INNER JOIN marts.mart_campaign_performance AS campaigns
    ON campaigns.campaign_id = assigned.campaign_id
INNER JOIN ml.customer_features AS features
    ON features.customer_id = assigned.customer_id
    AND features.cutoff_date = DATE_TRUNC('MONTH', assigned.touched_date)
LEFT JOIN responses ON responses.customer_id = assigned.customer_id
WHERE assigned.campaign_id = $campaign AND assigned.is_assigned
ORDER BY assigned.customer_id
"""
_CUSTOMERS_NOW = f"""
SELECT features.customer_id, features.purchase_days::DOUBLE AS purchase_days, {_COLUMNS}
FROM ml.customer_features_now AS features
INNER JOIN marts.dim_customers AS customers
    ON customers.customer_id = features.customer_id AND customers.is_reachable
ORDER BY features.customer_id
"""


@dataclass(frozen=True)
class Campaign:
    """A campaign with a holdout, measured to the end."""

    campaign_id: str
    campaign_name: str
    start_date: date


@dataclass(frozen=True)
class Experiment:
    """What a campaign changed.

    Attributes:
        campaign: The campaign.
        treated: Customers assigned and not held out, known before.
        held_out: Customers held out, known before.
        shares: Buyers among the treated and among those held out.
        buyers: Difference of these shares.
        revenue: Difference of revenue per customer.
        adjusted_revenue: The same by equal predicted value.
        qini: Of the response models; above 0 they know whom the campaign changes.
    """

    campaign: Campaign
    treated: int
    held_out: int
    shares: tuple[Effect, Effect] | None = None
    buyers: Effect | None = None
    revenue: Effect | None = None
    adjusted_revenue: Effect | None = None
    qini: Effect | None = None

    @property
    def finding(self) -> str:
        """What the response models are good for."""
        if self.qini is None:
            return "too few customers"
        return "knows whom it changes" if self.qini.low > 0 else "no better than chance"


@dataclass(frozen=True)
class Read:
    """What is read of the warehouse, so that it is free again for runs.

    Attributes:
        experiments: Campaigns with their customers.
        customers_now: Those who can be reached today; None where nobody asks for them.
    """

    experiments: tuple[tuple[Campaign, pd.DataFrame], ...]
    customers_now: pd.DataFrame | None


def read_experiments(
    connection: duckdb.DuckDBPyConnection, campaign_id: str | None, *, with_customers_now: bool
) -> Read:
    """Read the campaigns with a holdout whose effect is measured to the end, the latest first.

    Args:
        connection: The warehouse.
        campaign_id: Only this one.
        with_customers_now: Read who can be reached today, too.

    Raises:
        UsageError: If there is no such campaign among them.
    """
    measured = [Campaign(*row) for row in connection.execute(_CAMPAIGNS).fetchall()]
    chosen = [one for one in measured if campaign_id in (None, one.campaign_id)]
    if campaign_id and not chosen:
        raise UsageError(
            f"{campaign_id} is no campaign with customers held out, measured to the end",
            where="marts.mart_campaign_performance",
            remedy="'patron models uplift' lists those that are",
        )
    return Read(
        tuple((one, _customers(connection, one)) for one in chosen),
        connection.execute(_CUSTOMERS_NOW).df() if with_customers_now else None,
    )


def judge(campaign: Campaign, rows: pd.DataFrame, min_customers: int) -> Experiment:
    """Judge a campaign.

    Args:
        campaign: Which.
        rows: Its customers.
        min_customers: Of each arm; of a smaller experiment nothing is told.
    """
    treated, bought = _arms(rows)
    count, others = int(treated.sum()), int((~treated).sum())
    if min(count, others) < min_customers:
        return Experiment(campaign, count, others)
    rows = _described(rows, rows)
    revenue = rows["revenue"].to_numpy(np.float64)
    with one_thread():
        features = tree_matrix(rows, known_columns(rows))
        uplift = predict_out_of_fold(features, bought, treated)
    return Experiment(
        campaign,
        count,
        others,
        (wilson(int(bought[treated].sum()), count), wilson(int(bought[~treated].sum()), others)),
        difference_in_means(bought, treated),
        difference_in_means(revenue, treated),
        cuped(revenue, treated, rows["btyd_spend"].to_numpy(np.float64)),
        qini_interval(uplift, bought, treated),
    )


def customers_changed_most(
    experiment: Experiment, rows: pd.DataFrame, now: pd.DataFrame
) -> pd.DataFrame:
    """The customers of today by the uplift to expect if the campaign were repeated.

    Args:
        experiment: What came of the campaign.
        rows: Its customers.
        now: The customers of today.

    Raises:
        PatronError: If the response models are no better than chance.
    """
    name = experiment.campaign.campaign_id
    if experiment.qini is None or experiment.qini.low <= 0:
        raise PatronError(
            f"nobody can say whom {name} changes most: {experiment.finding}",
            where=f"campaign {name}",
            remedy="write to everybody, or repeat it with more customers held out",
        )
    described, today = _described(rows, rows), _described(now, rows)
    columns = known_columns(described)
    treated, bought = _arms(rows)
    with one_thread():
        model = fit_t_learner(tree_matrix(described, columns), bought, treated)
        uplift = model.predict(tree_matrix(today, columns))
    found = pd.DataFrame({"customer_id": now["customer_id"], "predicted_uplift": uplift})
    return found.sort_values(
        ["predicted_uplift", "customer_id"], ascending=[False, True], ignore_index=True
    )


def _customers(connection: duckdb.DuckDBPyConnection, campaign: Campaign) -> pd.DataFrame:
    """What was known of the customers of a campaign, and what they bought."""
    return connection.execute(_CUSTOMERS, {"campaign": campaign.campaign_id}).df()


def _described(customers: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Customers with what BTYD expects over the days that a campaign was measured."""
    days = max(int(rows["days"].median()), 1)
    return fit_buying(customers).describe(customers, days)


def _arms(rows: pd.DataFrame) -> tuple[Mask, Array]:
    """Who was treated, and who bought."""
    return ~rows["is_holdout"].to_numpy(bool), rows["bought"].to_numpy(np.float64)
