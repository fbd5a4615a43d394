from __future__ import annotations

from datetime import date

import pytest

from ml.scoring import scoring_day

AS_OF = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2000, 1, 1), date(2026, 3, 14), date(2026, 3, 14)),
        (date(2026, 3, 14), date(2026, 3, 14), date(2026, 3, 14)),
        (date(2026, 3, 15), date(2026, 3, 15), date(2026, 3, 15)),
        (date(2026, 3, 15), date(2026, 3, 21), date(2026, 3, 21)),
        (date(2026, 3, 21), date(2026, 3, 21), date(2026, 3, 21)),
        (date(2026, 3, 22), date(2026, 3, 22), None),
        (date(2026, 3, 1), date(2026, 3, 13), None),
    ],
)
def test_scores_belong_to_the_last_day_or_the_interval(
    start: date, end: date, expected: date | None
) -> None:
    assert scoring_day(AS_OF, start, end) == expected


def test_a_shop_without_customers_is_not_scored() -> None:
    assert scoring_day(None, date(2026, 3, 14), date(2026, 3, 14)) is None
