from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ml.panel import MAX_HOLDOUT_CUTOFFS, MAX_TRAINING_CUTOFFS, split_cutoffs


def months(count: int) -> list[date]:
    return [date(2020 + month // 12, month % 12 + 1, 1) for month in range(count)]


@given(st.integers(0, 60), st.sampled_from([60, 90, 180, 365]))
def test_no_training_window_reaches_into_the_held_out_time(count: int, horizon: int) -> None:
    split = split_cutoffs(months(count), horizon)
    if split is None:
        assert count * 31 <= horizon + 62
        return
    ends = [cutoff + timedelta(days=horizon) for cutoff in split.training]
    assert max(ends) <= min(split.holdout)
    assert 1 <= len(split.training) <= MAX_TRAINING_CUTOFFS
    assert 1 <= len(split.holdout) <= MAX_HOLDOUT_CUTOFFS
    assert split.holdout[-1] == split.final[-1] == months(count)[-1]


def test_three_cutoffs_are_held_out_when_enough_are_left() -> None:
    split = split_cutoffs(months(20), 90)
    assert split is not None
    assert len(split.holdout) == 3
    short = split_cutoffs(months(6), 90)
    assert short is not None
    assert len(short.holdout) == 1
