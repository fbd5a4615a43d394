from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from ml.churn import ChurnModel, _level_shift, _shifted
from ml.features import MODEL_FEATURES, fit_scaling, known_columns, previous_period
from ml.reasons import FAMILIES, effects, effects_of_many, explain


def features(rows: int = 50) -> pd.DataFrame:
    generator = np.random.default_rng(9)
    frame = pd.DataFrame(
        {name: generator.gamma(2, 10, rows) for name in (*MODEL_FEATURES, "purchase_days")}
    )
    frame["btyd_alive"] = generator.uniform(0.2, 1, rows)
    frame["btyd_spend"] = frame["btyd_orders"] * frame["btyd_amount"]
    frame["mean_gap_days"] = frame["mean_gap_days"].where(frame.index % 2 == 0)
    return frame


def test_the_shift_brings_the_mean_to_what_was_seen_and_keeps_the_order() -> None:
    probability = np.linspace(0.05, 0.95, 200)
    label = (np.arange(200) % 10 < 7).astype(float)
    shifted = _shifted(probability, _level_shift(probability, label))
    assert shifted.mean() == pytest.approx(0.7)
    assert (np.diff(shifted) > 0).all()


def churn_model(**fields: object) -> ChurnModel:
    return ChurnModel(60, (), None, None, None, **fields)  # type: ignore[arg-type]


def test_the_shift_is_that_of_the_season_or_else_the_newest() -> None:
    model = churn_model(shift=0.7, season={date(2025, 3, 1): -0.2, date(2025, 4, 1): 0.42})
    assert model.shift_at(date(2026, 3, 1)) == pytest.approx(-0.2)
    assert model.shift_at(date(2026, 3, 11)) == pytest.approx(-0.2 + 0.62 * 10 / 31)
    assert model.shift_at(date(2026, 6, 1)) == 0.7
    assert churn_model(shift=0.7).shift_at(date(2026, 6, 1)) == 0.7


def test_columns_without_a_value_are_left_out() -> None:
    frame = features().assign(same_season_orders=np.nan, margin_share=0.4)
    columns = known_columns(frame)
    assert "same_season_orders" not in columns
    assert "margin_share" not in columns
    assert len(columns) == len(MODEL_FEATURES) - 2


def test_a_value_beyond_what_training_saw_counts_as_the_greatest_seen() -> None:
    frame = features()
    scaling = fit_scaling(frame, ("spend_amount",))
    huge = frame.assign(spend_amount=1e12)
    assert scaling(huge).max() == scaling(frame).max()
    assert np.isfinite(scaling(frame.assign(spend_amount=np.nan))).all()


def test_the_previous_period_is_brought_to_the_length_of_the_horizon() -> None:
    frame = features()
    assert previous_period(frame, 60) == pytest.approx(frame["spend_amount_30d"] * 2)
    assert previous_period(frame, 365) == pytest.approx(frame["spend_amount_365d"])


def test_families_hold_every_feature_once() -> None:
    columns = [name for family in FAMILIES.values() for name in family.columns]
    assert sorted([*columns, "btyd_spend"]) == sorted(MODEL_FEATURES)


def test_the_strongest_fact_comes_first_with_its_direction() -> None:
    frame = features()
    typical = frame.select_dtypes("number").median()
    reasons = explain(
        frame,
        lambda rows: (
            2 * rows["recency_days"].to_numpy() - rows["mean_gap_days"].fillna(0).to_numpy()
        ),
        "raises the risk",
        "lowers the risk",
        typical,
    )
    row = frame["recency_days"].idxmax()
    days = f"{frame['recency_days'].max():,.0f}"
    assert reasons["reason_1"][row] == f"days since the last order: {days} (raises the risk)"
    assert reasons["reason_3"].isna().all()
    assert set(reasons["reason_2"].dropna().str.split(" (", regex=False).str[0]) & {
        "no second order yet"
    }


def test_a_constant_model_gives_no_reasons() -> None:
    frame = features()
    typical = frame.select_dtypes("number").median()
    reasons = explain(frame, lambda rows: np.zeros(len(rows)), "up", "down", typical)
    assert reasons.isna().all(axis=None)


def test_of_many_customers_a_tree_tells_the_effects(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = features(6000)
    typical = frame.median()

    def score(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
        recent = -np.log1p(rows["recency_days"].to_numpy())
        found: npt.NDArray[np.float64] = recent + 0.5 * np.log1p(
            rows["spend_amount_365d"].to_numpy()
        )
        return found

    exact = effects(frame, score, typical)
    assert np.array_equal(effects_of_many(frame, score, typical), exact)
    monkeypatch.setattr("ml.reasons.EXACT", 3000)
    monkeypatch.setattr("ml.reasons.SAMPLED", 3000)
    told = effects_of_many(frame, score, typical)
    first, second = (np.argmax(np.abs(found), axis=1) for found in (told, exact))
    assert np.mean(first == second) > 0.9
    rows = np.arange(len(frame))
    assert np.mean(np.sign(told[rows, first]) == np.sign(exact[rows, first])) > 0.98
