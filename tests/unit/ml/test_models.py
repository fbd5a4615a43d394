from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from ml import boosting
from ml.churn import ChurnModel, _level_shift, _shifted
from ml.features import MODEL_FEATURES, fit_scaling, known_columns, previous_period
from ml.reasons import COUNT, FAMILIES, MIN_EFFECT, effects, effects_of_many, explain, phrase


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


def test_each_customer_is_told_their_own_facts() -> None:
    frame = features(300)
    frame["discounted_share"] = np.arange(300) % 7 / 7
    generator = np.random.default_rng(3)
    moved = generator.normal(0, 0.05, (300, len(FAMILIES))) * (generator.random((300, 1)) < 0.8)
    told = phrase(frame, moved, "up", "down")
    for row, own in enumerate(moved):
        strongest = sorted(range(len(FAMILIES)), key=lambda place: -abs(own[place]))[:COUNT]
        for place, number in enumerate(strongest, start=1):
            family = list(FAMILIES.values())[number]
            found = told[f"reason_{place}"][row]
            if abs(own[number]) < MIN_EFFECT:
                assert found is None
                continue
            shown = frame.loc[row, list(family.shown)].to_numpy(np.float64)
            fact = family.otherwise if np.isnan(shown).any() else family.template.format(*shown)
            assert found == f"{fact} ({'up' if own[number] > 0 else 'down'})"


def test_trees_with_weights_see_where_a_value_lies_and_not_how_large_it_is() -> None:
    generator = np.random.default_rng(4)
    matrix = generator.normal(size=(4000, 3))
    matrix[::10, 1] = np.nan
    rate = np.where(matrix[:, 0] > 0.5, 4.0, 1.0) + 2.0 * np.isnan(matrix[:, 1])
    target, weight = generator.poisson(rate).astype(np.float64), generator.uniform(0.5, 2, 4000)

    def fitted(values: npt.NDArray[np.float64]) -> boosting.CodedTrees:
        model = boosting.regressor(len(values), loss="poisson")
        return boosting.fit_weighted(model, values, target, weight)

    predicted = fitted(matrix).predict(matrix)
    assert np.corrcoef(predicted, rate)[0, 1] > 0.97
    assert np.abs(predicted - rate).mean() < 0.2
    assert fitted(np.exp(matrix)).predict(np.exp(matrix)) == pytest.approx(predicted)
    # Weights count: rows that need more are given what they need, on the whole.
    many = np.where(target > 2, 5.0, 1.0)
    weighted = boosting.fit_weighted(
        boosting.regressor(len(matrix), loss="poisson"), matrix, target, many
    ).predict(matrix)
    assert many @ weighted == pytest.approx(many @ target, rel=0.03)
    assert many @ predicted < 0.97 * many @ target


def test_of_many_rows_an_even_share_is_learned_from() -> None:
    assert [boosting.every(rows) for rows in (0, 1, boosting.MAX_ROWS)] == [1, 1, 1]
    assert boosting.every(boosting.MAX_ROWS + 1) == 2
    for rows in (boosting.MAX_ROWS + 1, 12 * boosting.MAX_ROWS - 1):
        assert len(range(0, rows, boosting.every(rows))) <= boosting.MAX_ROWS
