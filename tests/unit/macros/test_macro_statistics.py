"""Distributions and intervals of the macros against scipy and statsmodels' formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from sqlmesh.utils.errors import SQLMeshError

from tests.support.definitions import column, rendered, value


def _over(expression: str, z: np.ndarray) -> np.ndarray:
    rows = ", ".join(f"({number!r}::DOUBLE)" for number in z.tolist())
    return np.array(column(f"SELECT {expression} FROM (VALUES {rows}) AS points(z)"))


def test_normal_cdf_is_that_of_scipy() -> None:
    z = np.linspace(-9, 9, 721)
    assert np.abs(_over("@normal_cdf(z)", z) - stats.norm.cdf(z)).max() < 1e-7


def test_normal_p_value_is_that_of_scipy_far_out_too() -> None:
    z = np.linspace(-35, 35, 701)
    assert _over("@normal_p_value(z)", z) == pytest.approx(2 * stats.norm.sf(np.abs(z)), rel=2e-7)


def test_what_is_beyond_all_bounds_is_impossible_and_what_is_unknown_stays_so() -> None:
    assert 0 <= value("SELECT @normal_p_value(1e9)") < 1e-200
    assert value("SELECT @normal_cdf(1e9)") == 1
    assert value("SELECT @normal_p_value(NULL)") is None
    assert value("SELECT @normal_cdf(NULL)") is None


def test_no_probability_is_above_one() -> None:
    assert value("SELECT @normal_p_value(0)") == 1
    assert value("SELECT @chi_square_p_value(0)") == 1


@pytest.mark.parametrize("degrees", [10, 17.3, 58, 400, 1e6])
def test_student_p_value_is_that_of_scipy(degrees: float) -> None:
    t = np.linspace(-12, 12, 241)
    z = _over(f"@student_t_as_normal(z, {degrees})", t)
    found = _over("@normal_p_value(z)", z)
    assert np.abs(found - 2 * stats.t.sf(np.abs(t), degrees)).max() < 1e-5


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("degrees", [10, 17.3, 58, 400, 1e6])
def test_student_limit_is_that_of_scipy(degrees: float, level: float) -> None:
    found = value(f"SELECT @student_t_limit({degrees})", confidence_level=level)
    assert found == pytest.approx(stats.t.ppf(0.5 + level / 2, degrees), abs=1e-4)


def _wilson(count: int, total: int, z: float) -> tuple[float, float]:
    """The two solutions p of |p - count / total| = z sqrt(p (1 - p) / total)."""
    share = count / total
    ends = np.roots([1 + z * z / total, -(2 * share + z * z / total), share * share])
    return float(min(ends)), float(max(ends))


@pytest.mark.parametrize(
    ("ours", "others"),
    [
        ((56, 70), (48, 80)),
        ((9, 10), (3, 10)),
        ((10, 10), (0, 20)),
        ((0, 50), (0, 40)),
        ((3, 900), (1, 400)),
    ],
)
def test_newcombe_limits_follow_from_wilsons(
    ours: tuple[int, int], others: tuple[int, int]
) -> None:
    z = stats.norm.ppf(0.975)
    shares = [count / total for count, total in (ours, others)]
    (low, high), (other_low, other_high) = (_wilson(*pair, z) for pair in (ours, others))
    difference = shares[0] - shares[1]
    lower = difference - math.hypot(shares[0] - low, other_high - shares[1])
    upper = difference + math.hypot(high - shares[0], shares[1] - other_low)
    arguments = ", ".join(map(str, (*ours, *others)))
    assert value(f"SELECT @newcombe_limit({arguments}, 'lower')") == pytest.approx(lower, abs=1e-9)
    assert value(f"SELECT @newcombe_limit({arguments}, 'upper')") == pytest.approx(upper, abs=1e-9)


def test_newcombe_limits_are_the_published_ones() -> None:
    """Newcombe 1998, table II, 56/70 - 48/80 by method 10: 0.0524 to 0.3339."""
    ends = [
        value(f"SELECT @newcombe_limit(56, 70, 48, 80, '{side}')") for side in ("lower", "upper")
    ]
    assert ends == pytest.approx([0.0524, 0.3339], abs=5e-5)


def test_no_group_no_limit_and_no_third_side() -> None:
    assert value("SELECT @newcombe_limit(1, 2, 0, 0, 'lower')") is None
    with pytest.raises(SQLMeshError, match="knows 'lower' and 'upper', got 'middle'"):
        rendered("SELECT @newcombe_limit(1, 2, 1, 2, 'middle')")


def verdict(margin: float | str, elasticity: float | str, error: float) -> str | None:
    return value(f"SELECT @price_verdict({margin}::DOUBLE, {elasticity}::DOUBLE, {error}::DOUBLE)")


@pytest.mark.parametrize(
    ("margin", "elasticity", "error", "expected"),
    [
        pytest.param(0.4, -2.0, 0.1, "Higher", id="margin below the best, which is a half"),
        pytest.param(0.6, -2.0, 0.1, "Lower", id="margin above the best"),
        pytest.param(0.5, -2.0, 0.1, "Not clear", id="at the best"),
        pytest.param(0.4, -2.0, 1.0, "Not clear", id="elasticity hardly known"),
        pytest.param(0.9, -0.5, 0.1, "Higher", id="demand hardly falls"),
        pytest.param(0.9, -0.9, 0.2, "Not clear", id="demand may fall faster than the price rises"),
        pytest.param(-0.2, -5.0, 0.1, "Higher", id="sold below cost"),
        pytest.param(0.5, 0.4, 0.1, "Higher", id="demand rises with the price"),
        pytest.param(0.5, 0.0, 0.0, "Higher", id="demand does not care"),
        pytest.param("NULL", -2.0, 0.1, "Unknown", id="no cost"),
        pytest.param(0.5, "NULL", 0.1, None, id="no elasticity"),
        pytest.param("NULL", "NULL", 0.1, None, id="neither"),
    ],
)
def test_the_price_to_try(
    margin: float | str, elasticity: float | str, error: float, expected: str | None
) -> None:
    assert verdict(margin, elasticity, error) == expected


def test_the_price_to_try_is_where_profit_is_higher() -> None:
    """Constant elasticity: units are price to its power, profit is units times price less cost."""
    for elasticity in (-1.5, -2.0, -4.0):
        for margin in (0.1, 0.3, 0.7):
            cost = 1 - margin
            profits = [price**elasticity * (price - cost) for price in (0.99, 1.01)]
            better = "Lower" if profits[0] > profits[1] else "Higher"
            assert verdict(margin, elasticity, 1e-6) == better, (elasticity, margin)
