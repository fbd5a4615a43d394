"""Recommendations on Online Retail II against what sells best: new items and any."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmarks.recommendations import online_retail_2, split
from ml.boosting import one_thread
from ml.recommend import judge_recommendations


@pytest.mark.slow
def test_recall_is_half_as_much_again_as_that_of_what_sells_best(
    real_data: Path, tmp_path: Path
) -> None:
    purchases = online_retail_2(real_data / "online_retail_II_csv.zip", tmp_path)
    with one_thread():
        found = judge_recommendations(*split(purchases, date(2011, 9, 10), 90))
    for subject in ("new", "any"):
        model, popular = found[subject]["model"], found[subject]["popularity"]
        assert model.recall_at_10 > 1.5 * popular.recall_at_10
        assert model.hit_rate_at_5 > 1.5 * popular.hit_rate_at_5
        assert model.customers > 2000
