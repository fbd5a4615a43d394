"""From feature rows to what models take: BTYD outputs, and the matrices of trees and GLMs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.btyd import BetaGeometric, GammaGamma, fit_beta_geometric, fit_gamma_gamma

Array = npt.NDArray[np.float64]

WINDOWS = (30, 90, 180, 365)
DECAYS = (30, 90, 180)
FEATURES = (
    "order_count",
    *(f"order_count_{days}d" for days in WINDOWS),
    "repeat_days",
    "last_repeat_age_days",
    "tenure_days",
    "recency_days",
    "spend_amount",
    *(f"spend_amount_{days}d" for days in WINDOWS),
    "monthly_spend_amount",
    "average_order_amount",
    "average_day_amount",
    "repeat_day_amount",
    "max_day_amount",
    *(f"decayed_orders_{days}d" for days in DECAYS),
    *(f"decayed_spend_amount_{days}d" for days in DECAYS),
    "mean_gap_days",
    "stddev_gap_days",
    "max_gap_days",
    "recency_in_gaps",
    "same_season_orders",
    "same_season_spend_amount",
    "items_per_order",
    "lines_per_order",
    "discounted_share",
    "margin_share",
)
"""The columns of `ml.customer_features` that models learn from."""

BUYING = ("btyd_alive", "btyd_orders", "btyd_amount", "btyd_spend", "btyd_quiet")
"""What the buy-till-you-die models say of a customer, over the horizon of the task.

Beside these stands `btyd_orders_first_half`, for the path by month: no model learns from it.
"""

MODEL_FEATURES = (*FEATURES, *BUYING)
FIT_SAMPLE = 20_000
MOSTLY_ZERO = 0.8
"""Of customers with P(no order) beyond it, nothing is expected, and a range says little."""


@dataclass(frozen=True)
class Buying:
    """BG/NBD and Gamma-Gamma as fitted to the customers at one cutoff; no label is needed."""

    rate: BetaGeometric
    amount: GammaGamma

    def describe(self, frame: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
        """The feature rows with the BTYD columns for a horizon added."""
        x, t_x, age = rhythm(frame)
        orders = self.rate.expected_purchases(horizon_days, x, t_x, age)
        half = self.rate.expected_purchases(horizon_days / 2, x, t_x, age)
        count = frame["purchase_days"].to_numpy(np.float64)
        mean = frame["average_day_amount"].to_numpy(np.float64)
        amount = self.amount.expected_amount(np.where(mean > 0, count, 0.0), mean)
        return frame.assign(
            btyd_alive=self.rate.probability_alive(x, t_x, age),
            btyd_orders=orders,
            btyd_orders_first_half=half,
            btyd_amount=amount,
            btyd_spend=orders * amount,
            btyd_quiet=self.rate.probability_no_purchase(horizon_days, x, t_x, age),
        )


def fit_buying(frame: pd.DataFrame) -> Buying:
    """Fit the BTYD models to the customers of one cutoff, sorted by customer."""
    step = -(-len(frame) // FIT_SAMPLE)
    sample = frame.iloc[::step] if step > 1 else frame
    count = sample["purchase_days"].to_numpy(np.float64)
    mean = sample["average_day_amount"].to_numpy(np.float64)
    return Buying(fit_beta_geometric(*rhythm(sample)), fit_gamma_gamma(count, mean))


@dataclass(frozen=True)
class Scaling:
    """Signed logarithms, standardised and kept within what training saw: the matrix of a GLM."""

    columns: tuple[str, ...]
    mean: Array
    spread: Array
    low: Array
    high: Array

    def __call__(self, frame: pd.DataFrame) -> Array:
        """Rows by columns, no missing value: unknown counts as 0."""
        return (np.clip(signed_log(frame, self.columns), self.low, self.high) - self.mean) / (
            self.spread
        )


def fit_scaling(frame: pd.DataFrame, columns: tuple[str, ...]) -> Scaling:
    """Learn the scale of each column."""
    matrix = signed_log(frame, columns)
    spread = matrix.std(axis=0)
    return Scaling(
        columns,
        matrix.mean(axis=0),
        np.where(spread > 1e-9, spread, 1.0),
        matrix.min(axis=0),
        matrix.max(axis=0),
    )


def known_columns(frame: pd.DataFrame) -> tuple[str, ...]:
    """The model features that vary: boosting refuses a column without a value."""
    return tuple(name for name in MODEL_FEATURES if frame[name].nunique(dropna=True) > 1)


def tree_matrix(frame: pd.DataFrame, columns: tuple[str, ...]) -> Array:
    """Rows by columns with missing values as they are."""
    return frame[list(columns)].to_numpy(np.float64)


def signed_log(frame: pd.DataFrame, columns: tuple[str, ...]) -> Array:
    """`sign(v) * log(1 + |v|)` of each value, unknown as 0."""
    values = np.nan_to_num(tree_matrix(frame, columns))
    return np.sign(values) * np.log1p(np.abs(values))


def rhythm(frame: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Repeat purchases, age at the last of them, and age, as the BTYD models take them."""
    columns = ("repeat_days", "last_repeat_age_days", "tenure_days")
    x, t_x, age = (frame[name].to_numpy(np.float64) for name in columns)
    return x, t_x, age


def amount_from_repeats(frame: pd.DataFrame) -> Array:
    """The expected amount as published, from repeat purchases only: a baseline."""
    count = frame["repeat_days"].to_numpy(np.float64)
    mean = frame["repeat_day_amount"].to_numpy(np.float64)
    usable = np.where(np.nan_to_num(mean) > 0, count, 0.0)
    return fit_gamma_gamma(usable, mean).expected_amount(usable, mean)


def previous_period(frame: pd.DataFrame, horizon_days: int) -> Array:
    """The spend of a period before the cutoff, brought to the horizon's length: a baseline."""
    window = min(WINDOWS, key=lambda days: (abs(days - horizon_days), days))
    spend = frame[f"spend_amount_{window}d"].to_numpy(np.float64)
    return spend * (horizon_days / window)
