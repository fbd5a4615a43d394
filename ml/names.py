"""What metrics and predictors are called in tables and on pages."""

from __future__ import annotations

import re

METRICS = {
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "brier": "Brier score",
    "gini": "Gini coefficient",
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "spearman": "rank correlation",
    "winkler_80_of_likely_buyers": "interval score (Winkler, 80%) of likely buyers",
}
PREDICTORS = {
    "model": "the model",
    "bg_nbd": "BG/NBD",
    "bg_nbd_gamma_gamma": "BG/NBD and gamma-gamma",
    "bg_nbd_gamma_gamma_all_orders": "BG/NBD and gamma-gamma on all orders",
}
OF_A_SHARE = re.compile(r"^(coverage|pinball) (\d+)")


def metric_name(metric: str) -> str:
    """A metric in words; those without a name of their own are called what their key says.

    >>> metric_name("coverage_80_of_likely_buyers")
    'coverage 80% of likely buyers'
    """
    return METRICS.get(metric) or OF_A_SHARE.sub(r"\1 \2%", metric.replace("_", " "))


def predictor_name(predictor: str) -> str:
    """A predictor in words.

    >>> predictor_name("previous_period")
    'previous period'
    """
    return PREDICTORS.get(predictor) or predictor.replace("_", " ")
