"""The MineThatData e-mail test: published shares, and CUPED and Qini on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.uplift import CONTROL, effects, hillstrom
from ml.uplift import wilson

VISITS = {"Mens E-Mail": 0.1828, "No E-Mail": 0.1062, "Womens E-Mail": 0.1514}
"""As published with the challenge in 2008."""


def test_shares_and_effects_are_those_published(real_data: Path) -> None:
    frame = hillstrom(real_data / "hillstrom.parquet")
    assert len(frame) == 64_000
    for arm, rows in frame.groupby("segment"):
        share = wilson(int(rows["visit"].sum()), len(rows))
        assert share.value == pytest.approx(VISITS[str(arm)], abs=5e-5)
        assert share.low < share.value < share.high
    for arm, found in effects(frame, "visit", "history").items():
        assert found["plain"].value == pytest.approx(VISITS[arm] - VISITS[CONTROL], abs=1e-4)
        assert found["plain"].low > 0
        assert found["cuped"].width < found["plain"].width
        assert abs(found["cuped"].value - found["plain"].value) < found["plain"].width / 4
