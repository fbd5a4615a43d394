"""Tests of two shares, and of many at once, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.support.definitions import column, value

LEVEL = 0.05
TABLES = [
    ((56, 70), (48, 80)),
    ((3, 900), (1, 400)),
    ((5, 9), (5, 9)),
    ((2, 6), (800, 10_000)),
    ((199_000, 200_000), (990, 1_000)),
]
WITH_EMPTY_CELLS = [((0, 50), (3, 40)), ((10, 10), (0, 20)), ((7, 7), (80, 100))]


def cells(ours: tuple[int, int], others: tuple[int, int]) -> list[list[int]]:
    return [[count, total - count] for count, total in (ours, others)]


def over(expression: str, rows: list[str]) -> list[float | None]:
    values = ", ".join(f"({row})" for row in rows)
    return column(f"SELECT {expression} FROM (VALUES {values}) AS rows(n, p, family) ORDER BY n")


@pytest.mark.parametrize(("ours", "others"), TABLES + WITH_EMPTY_CELLS)
def test_the_square_of_z_is_pearsons_chi_square(
    ours: tuple[int, int], others: tuple[int, int]
) -> None:
    z = value(f"SELECT @two_proportion_z({ours[0]}, {ours[1]}, {others[0]}, {others[1]})")
    expected = stats.chi2_contingency(cells(ours, others), correction=False)
    assert z * z == pytest.approx(expected.statistic)
    assert (z > 0) == (ours[0] / ours[1] > others[0] / others[1])
    assert value(f"SELECT @normal_p_value({z!r})") == pytest.approx(expected.pvalue, rel=1e-6)


@pytest.mark.parametrize(("ours", "others"), TABLES + WITH_EMPTY_CELLS)
def test_g_is_the_likelihood_ratio_of_scipy(ours: tuple[int, int], others: tuple[int, int]) -> None:
    g = value(f"SELECT @g_statistic({ours[0]}, {ours[1]}, {others[0]}, {others[1]})")
    expected = stats.chi2_contingency(
        cells(ours, others), correction=False, lambda_="log-likelihood"
    )
    assert g == pytest.approx(expected.statistic, abs=1e-9)
    assert value(f"SELECT @chi_square_p_value({g!r})") == pytest.approx(expected.pvalue, rel=1e-6)


def test_where_nothing_varies_there_is_no_z_and_no_difference() -> None:
    for nobody_or_all in ("0, 50, 0, 40", "50, 50, 40, 40"):
        assert value(f"SELECT @two_proportion_z({nobody_or_all})") is None
        assert value(f"SELECT @g_statistic({nobody_or_all})") == 0


@pytest.mark.parametrize("missing", ["0, 0, 3, 40", "3, 40, 0, 0", "NULL, 40, 3, 40"])
def test_without_a_group_nothing_is_compared(missing: str) -> None:
    assert value(f"SELECT @two_proportion_z({missing})") is None
    assert value(f"SELECT @g_statistic({missing})") is None


def test_equal_shares_give_zero_in_spite_of_rounding() -> None:
    found = column(
        "SELECT @g_statistic(n, 3 * n, 7 * n, 21 * n) FROM (SELECT UNNEST(RANGE(1, 400)) AS n)"
    )
    assert min(found) >= 0
    assert max(found) < 1e-9


def false_alarms(p_value: str, statistic: str, due: int, groups: int) -> float:
    """The chance that of equal groups, 8% late in truth, one seems to be late more often."""
    share, late = 0.08, np.arange(due + 1)
    statistics = (
        f"SELECT {statistic}(n, {due}, 80000, 1000000) AS score, n"
        f" FROM (SELECT UNNEST(RANGE({due + 1})) AS n)"
    )
    found = column(f"SELECT {p_value}(score) FROM ({statistics}) ORDER BY n")
    corrected = np.array([np.nan if each is None else each for each in found]) * groups
    alarms = (corrected < LEVEL) & (late > due * share)
    return float(1 - (1 - stats.binom.pmf(late[alarms], due, share).sum()) ** groups)


@pytest.mark.parametrize("groups", [5, 10, 30])
@pytest.mark.parametrize("due", [5, 12, 25, 63, 125, 500])
def test_small_groups_do_not_seem_special_by_g(due: int, groups: int) -> None:
    assert false_alarms("@chi_square_p_value", "@g_statistic", due, groups) < LEVEL


def test_small_groups_do_seem_special_by_z() -> None:
    assert false_alarms("@normal_p_value", "@two_proportion_z", 12, 30) > 5 * LEVEL


def test_bonferroni_counts_what_was_compared_and_stays_a_probability() -> None:
    rows = ["1, 0.01, 'a'", "2, 0.4, 'a'", "3, NULL, 'a'", "4, 0.7, 'a'", "5, 0.02, 'b'"]
    one_family = over("@bonferroni_p_value(p)", rows)
    assert one_family == [pytest.approx(0.04), 1, None, 1, pytest.approx(0.08)]
    two_families = over("@bonferroni_p_value(p, family)", rows)
    assert two_families == [pytest.approx(0.03), 1, None, 1, pytest.approx(0.02)]
    assert over("@bonferroni_p_value(p)", ["1, 0.03, NULL"]) == [pytest.approx(0.03)]
