"""The variables of `config.yaml` that training needs, so that each stands in one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from patron.config import project_variables
from patron.shop import find_project


@dataclass(frozen=True)
class Settings:
    """Horizons and thresholds of predictions.

    Attributes:
        churn_horizon_days: No order within these days is churn.
        clv_horizon_days: The wanted horizon of customer lifetime value.
        next_order_horizon_days: The window in which a next order is looked for.
        training_customers: Larger shops train on this many, those with the lowest hashes.
        label_horizons_days: The horizons that `ml.customer_labels` holds.
        min_customers: Fewer customers with an order: no predictions.
        min_history_days: A shorter history: no predictions.
        min_repeat_customers: Fewer customers with three orders: no predictions.
        recommendations_per_customer: Products of each kind.
        recommendation_history_days: The purchases that recommendations learn from.
        min_response_model_customers: Experiments with fewer in an arm get no response model.
    """

    churn_horizon_days: int
    clv_horizon_days: int
    next_order_horizon_days: int
    training_customers: int
    label_horizons_days: tuple[int, ...]
    min_customers: int
    min_history_days: int
    min_repeat_customers: int
    recommendations_per_customer: int
    recommendation_history_days: int
    min_response_model_customers: int


@dataclass(frozen=True)
class Monitoring:
    """How far predictions may be off what came, or off what was learned from, before it is said.

    Attributes:
        months: Months of scores that are looked at.
        max_psi: Of the population stability index of scores and features.
        max_ranking_loss: Of the Gini or the AUC, against the months held out at training.
        max_total_bias: Of predicted over true revenue.
        max_calibration_error: Beyond what a perfect model would show.
        max_coverage_loss: Of the share of customers within their 80% range.
    """

    months: int
    max_psi: float
    max_ranking_loss: float
    max_total_bias: float
    max_calibration_error: float
    max_coverage_loss: float


def load_monitoring(project: Path | None = None) -> Monitoring:
    """The thresholds of the project."""
    variables = project_variables(project or find_project())
    return Monitoring(
        months=int(variables["monitoring_months"]),
        max_psi=float(variables["max_psi"]),
        max_ranking_loss=float(variables["max_ranking_loss"]),
        max_total_bias=float(variables["max_total_bias"]),
        max_calibration_error=float(variables["max_calibration_error"]),
        max_coverage_loss=float(variables["max_coverage_loss"]),
    )


def load_settings(project: Path | None = None) -> Settings:
    """The settings of the project."""
    variables = project_variables(project or find_project())
    return Settings(
        churn_horizon_days=int(variables["churn_horizon_days"]),
        clv_horizon_days=int(variables["clv_horizon_days"]),
        next_order_horizon_days=int(variables["next_order_horizon_days"]),
        training_customers=int(variables["training_customers"]),
        label_horizons_days=tuple(int(days) for days in variables["label_horizons_days"]),
        min_customers=int(variables["min_customers_for_predictions"]),
        min_history_days=int(variables["min_history_days_for_predictions"]),
        min_repeat_customers=int(variables["min_repeat_customers_for_predictions"]),
        recommendations_per_customer=int(variables["recommendations_per_customer"]),
        recommendation_history_days=int(variables["recommendation_history_days"]),
        min_response_model_customers=int(variables["min_response_model_customers"]),
    )
