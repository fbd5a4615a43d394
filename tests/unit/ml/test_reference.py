from __future__ import annotations

import numpy as np
import pytest

from ml.reference import deciles, spread, stability_index

GENERATOR = np.random.default_rng(1)


def test_bins_are_equal_and_unknown_values_have_their_own() -> None:
    values = np.append(np.arange(90.0), np.full(10, np.nan))
    found = spread(values)
    assert len(found["edges"]) == 9
    assert found["shares"] == pytest.approx([0.09] * 10 + [0.1])


def test_few_different_values_make_few_bins() -> None:
    found = spread(np.repeat([1.0, 2.0, 5.0], [70, 20, 10]))
    assert found["edges"] == [1, 2]
    assert found["shares"] == pytest.approx([0.7, 0.2, 0.1, 0])


def test_what_did_not_move_has_an_index_near_zero() -> None:
    reference = spread(GENERATOR.lognormal(3, 1, 5000))
    assert stability_index(reference, GENERATOR.lognormal(3, 1, 5000)) < 0.02
    assert stability_index(reference, GENERATOR.lognormal(3.7, 1, 5000)) > 0.25


def test_the_index_by_hand() -> None:
    reference = {"edges": [1.0], "shares": [0.5, 0.5, 0.0]}
    moved = np.array([0.0, 2.0, 2.0, 2.0])
    expected = (0.25 - 0.5) * np.log(0.25 / 0.5) + (0.75 - 0.5) * np.log(0.75 / 0.5)
    assert stability_index(reference, moved) == pytest.approx(expected)
    assert stability_index(reference, np.full(4, np.nan)) > 5


def test_a_column_without_a_value_can_be_compared() -> None:
    reference = spread(np.full(5, np.nan))
    assert stability_index(reference, np.full(7, np.nan)) == 0
    assert stability_index(reference, np.ones(7)) > 5


def test_tenths_begin_with_the_highest_predictions() -> None:
    prediction = np.arange(20.0)
    found = deciles(prediction * 2, prediction)
    assert [row["decile"] for row in found] == list(range(1, 11))
    assert found[0] == {"decile": 1, "row_count": 2, "predicted_mean": 18.5, "actual_mean": 37.0}
    assert len(deciles(prediction[:3], prediction[:3])) == 3
