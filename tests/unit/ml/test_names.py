"""Metrics and predictors are called the same wherever they are told."""

from __future__ import annotations

import pytest

from ml.names import METRICS, PREDICTORS, metric_name, predictor_name
from ml.tasks import AMOUNT_METRICS, PROBABILITY_METRICS


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("roc_auc", "ROC AUC"),
        ("mae", "mean absolute error"),
        ("pinball_50", "pinball 50%"),
        ("coverage_80", "coverage 80%"),
        ("coverage_80_of_likely_buyers_quintile_3", "coverage 80% of likely buyers quintile 3"),
        ("winkler_80_of_likely_buyers", "interval score (Winkler, 80%) of likely buyers"),
        ("top_decile_lift", "top decile lift"),
    ],
)
def test_a_metric_is_told_in_words(metric: str, name: str) -> None:
    assert metric_name(metric) == name


@pytest.mark.parametrize(
    ("predictor", "name"),
    [("model", "the model"), ("bg_nbd", "BG/NBD"), ("mean_gap", "mean gap")],
)
def test_a_predictor_is_told_in_words(predictor: str, name: str) -> None:
    assert predictor_name(predictor) == name


def test_no_abbreviation_stays_and_no_two_are_called_the_same() -> None:
    metrics = [*AMOUNT_METRICS, *PROBABILITY_METRICS, *METRICS]
    assert len({metric_name(metric) for metric in metrics}) == len(set(metrics))
    short = {"gini", "mae", "rmse", "auc", "brier", "nbd"}
    named = [*map(metric_name, metrics), *map(predictor_name, PREDICTORS)]
    assert [name for name in named if short & set(name.split())] == []
