from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml import metrics
from ml.monitoring import _hash_bound
from ml.outcomes import drifted, judge
from ml.reference import spread
from ml.settings import Monitoring, load_monitoring

LIMITS = Monitoring(
    months=24,
    max_psi=0.25,
    max_ranking_loss=0.05,
    max_total_bias=0.2,
    max_calibration_error=0.05,
    max_coverage_loss=0.1,
)
GENERATOR = np.random.default_rng(4)
PROBABILITY = GENERATOR.beta(1.5, 1.5, 4000)


def scored(score: Any, orders: Any, revenue: Any = 0.0, **columns: Any) -> pd.DataFrame:
    values = {"score": score, "low": np.nan, "high": np.nan, "orders": orders, "revenue": revenue}
    return pd.DataFrame({**values, "is_over": True, **columns})


def card(score: Any, subject: str, **values: float) -> dict[str, Any]:
    measured = {name: {"value": value} for name, value in values.items()}
    return {"first": spread(score), "metrics": {subject: {"model": measured}}}


def alerts(task: str, frame: pd.DataFrame, known: dict[str, Any]) -> dict[str, bool]:
    return {
        one.metric: one.is_alert for one in judge(task, frame, known, LIMITS, known.get("first"))
    }


def test_a_calibrated_model_on_the_customers_it_knows_raises_no_alert() -> None:
    ordered = (GENERATOR.random(4000) > PROBABILITY).astype(float)
    frame = scored(PROBABILITY, ordered)
    auc = metrics.measure(metrics.roc_auc, 1 - ordered, PROBABILITY)
    known = card(PROBABILITY, "all_customers", roc_auc=auc, brier=0.2)
    found = {one.metric: one for one in judge("churn", frame, known, LIMITS, known["first"])}
    assert not any(one.is_alert for one in found.values())
    assert found["roc_auc"].value == found["roc_auc"].expected == auc
    assert found["brier"].expected == 0.2
    assert found["psi"].value == pytest.approx(0)
    assert abs(found["mean_bias"].value) < 0.03


@pytest.mark.parametrize(
    ("score", "raised"),
    [
        (GENERATOR.permutation(PROBABILITY), {"roc_auc", "calibration_error"}),
        (PROBABILITY * 0.6, {"psi", "calibration_error"}),
        (np.full(4000, PROBABILITY.mean()), {"psi", "roc_auc"}),
    ],
    ids=["order lost", "level lost", "says nothing"],
)
def test_planted_faults_raise_their_alerts(score: Any, raised: set[str]) -> None:
    ordered = (GENERATOR.random(4000) > PROBABILITY).astype(float)
    auc = metrics.measure(metrics.roc_auc, 1 - ordered, PROBABILITY)
    found = alerts("churn", scored(score, ordered), card(PROBABILITY, "all_customers", roc_auc=auc))
    assert {metric for metric, is_alert in found.items() if is_alert} == raised


def test_value_is_judged_by_its_total_and_its_range() -> None:
    revenue = GENERATOR.lognormal(3, 1, 3000)
    known = card(revenue, "revenue", gini=0.99, total_bias=0.0, mae=1.0)
    right = scored(revenue, 1, revenue, low=revenue / 2, high=revenue * 2)
    assert not any(alerts("clv", right, known).values())
    wrong = scored(revenue * 1.3, 1, revenue, low=revenue * 1.1, high=revenue * 2)
    found = {one.metric: one for one in judge("clv", wrong, known, LIMITS, known["first"])}
    assert found["total_bias"].value == pytest.approx(0.3)
    assert found["coverage_80"].value == 0
    assert {one.metric for one in found.values() if one.is_alert} == {"total_bias", "coverage_80"}


def test_scores_whose_horizon_is_not_over_are_only_compared_with_training() -> None:
    frame = scored(PROBABILITY, 0.0, is_over=False)
    assert set(alerts("churn", frame, card(PROBABILITY, "all_customers"))) == {"psi"}
    assert alerts("churn", frame, {}) == {}
    assert alerts("next_order", frame.iloc[:0], {}) == {}


def test_the_next_order_is_an_order() -> None:
    ordered = (GENERATOR.random(4000) < PROBABILITY).astype(float)
    known = card(PROBABILITY, "order_within_30_days", roc_auc=0.6)
    assert not any(alerts("next_order", scored(PROBABILITY, ordered), known).values())


def test_a_feature_that_moved_is_named() -> None:
    frame = pd.DataFrame(
        {"recency_days": GENERATOR.gamma(2, 30, 3000), "margin_share": GENERATOR.random(3000)}
    )
    reference = {name: spread(frame[name].to_numpy()) for name in frame}
    reference["gone_since"] = spread(np.ones(3))
    known = {"reference": {"features": reference}}
    assert not any(one.is_alert for one in drifted(frame, known, LIMITS))
    moved = frame.assign(recency_days=frame["recency_days"] + 60)
    assert [one.subject for one in drifted(moved, known, LIMITS) if one.is_alert] == [
        "recency_days"
    ]
    unknown = frame.assign(margin_share=np.nan)
    assert [one.subject for one in drifted(unknown, known, LIMITS) if one.is_alert] == [
        "margin_share"
    ]


@pytest.mark.parametrize(
    ("customers", "bound"), [(0, "g"), (99, "g"), (100, "80000000"), (400, "20000000")]
)
def test_many_customers_are_judged_by_a_sample(customers: int, bound: str) -> None:
    assert _hash_bound(customers, 50) == bound


def test_thresholds_come_from_the_config(tmp_path: Path) -> None:
    assert load_monitoring().max_psi == 0.25
    (tmp_path / "config.yaml").write_text(
        "variables: {monitoring_months: 2, max_psi: 1, max_ranking_loss: 2, max_total_bias: 3,"
        " max_calibration_error: 4, max_coverage_loss: 5}"
    )
    assert load_monitoring(tmp_path) == Monitoring(2, 1, 2, 3, 4, 5)
