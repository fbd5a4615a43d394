"""Changes, distances, ranks, keys and names of periods."""

from __future__ import annotations

import statistics
from datetime import date

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmesh.utils.errors import SQLMeshError

from tests.support.definitions import column, rendered, value

NUMBERS = st.lists(st.integers(-3, 9) | st.none(), min_size=1, max_size=9)


def listed(numbers: list[int | None]) -> str:
    """A table `series` of places and numbers."""
    rows = ", ".join(
        f"({place}, {'NULL' if number is None else number}::INT)"
        for place, number in enumerate(numbers)
    )
    return f"(VALUES {rows}) AS series(place, number)"


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        ("110", "100", 0.1),
        ("90", "100", -0.1),
        ("100", "100", 0.0),
        ("0", "100", -1.0),
        ("5", "0", None),
        ("0", "0", None),
        ("5", "NULL", None),
        ("NULL", "5", None),
        # From a loss of 100 to one of 50 is better by half
        ("-50", "-100", 0.5),
        ("100", "-100", 2.0),
        ("3 + 1", "1 + 1", 1.0),
        ("1::DECIMAL(18, 2)", "3::DECIMAL(18, 2)", -2 / 3),
    ],
)
def test_percent_change(now: str, before: str, change: float | None) -> None:
    found = value(f"SELECT @percent_change({now}, {before})")
    assert found == (None if change is None else pytest.approx(change))
    assert value(f"SELECT 2 * @percent_change({now}, {before})") == (
        None if change is None else pytest.approx(2 * change)
    )


@given(numbers=NUMBERS, periods=st.integers(2, 4))
def test_z_score_is_that_of_the_rows_before(numbers: list[int | None], periods: int) -> None:
    sql = f"SELECT @z_score(number, place, {periods}) FROM {listed(numbers)} ORDER BY place"
    for place, found in enumerate(column(sql)):
        before = [
            number for number in numbers[max(0, place - periods) : place] if number is not None
        ]
        now = numbers[place]
        if now is None or len(before) < periods or len(set(before)) == 1:
            assert found is None
        else:
            distance = (now - statistics.mean(before)) / statistics.stdev(before)
            assert found == pytest.approx(distance, abs=1e-12)


def test_equal_values_that_are_no_binary_fractions_have_no_z_score() -> None:
    series = "(VALUES (1, 0.1), (2, 0.1), (3, 0.1), (4, 0.2)) AS series(place, number)"
    assert column(f"SELECT @z_score(number, place, 3) FROM {series}") == [None] * 4


def test_z_score_keeps_series_apart() -> None:
    series = "(VALUES ('a', 1, 1), ('b', 2, 50), ('a', 3, 3), ('a', 4, 4)) AS series(id, place, x)"
    found = column(f"SELECT @z_score(x, place, 2, id) FROM {series} ORDER BY place")
    assert found == [None, None, None, pytest.approx((4 - 2) / 2**0.5)]


@pytest.mark.parametrize("periods", ["1", "0", "many", "2.5"])
def test_z_score_needs_two_periods(periods: str) -> None:
    with pytest.raises(SQLMeshError, match="two periods or more"):
        rendered(f"SELECT @z_score(x, y, {periods})")


@given(numbers=NUMBERS)
def test_percent_rank_is_the_share_of_the_others_below(numbers: list[int | None]) -> None:
    sql = f"SELECT @percent_rank(number) FROM {listed(numbers)} ORDER BY place"
    known = [number for number in numbers if number is not None]
    for number, found in zip(numbers, column(sql), strict=True):
        if number is None:
            assert found is None
        else:
            below = sum(other < number for other in known)
            assert found == pytest.approx(below / max(1, len(known) - 1))


def test_percent_rank_within_groups() -> None:
    rows = "(VALUES ('a', 1), ('a', 2), ('b', 0), ('b', NULL)) AS rows(id, x)"
    found = duckdb.sql(rendered(f"SELECT id, x, @percent_rank(x, id) FROM {rows} ORDER BY 1, 2"))
    assert found.fetchall() == [("a", 1, 0.0), ("a", 2, 1.0), ("b", 0, 0.0), ("b", None, None)]


PARTS = st.lists(st.text(alphabet="a|:-1", max_size=3) | st.none(), min_size=1, max_size=3)


@given(first=PARTS, second=PARTS)
def test_surrogate_keys_are_equal_only_where_all_parts_are(
    first: list[str | None], second: list[str | None]
) -> None:
    keys = []
    for parts in (first, second):
        texts = ", ".join("NULL" if part is None else f"'{part}'" for part in parts)
        keys.append(value(f"SELECT @surrogate_key({texts})"))
    assert (keys[0] == keys[1]) is (first == second)
    assert len(keys[0]) == 32


def test_surrogate_key_takes_any_type_and_at_least_one_column() -> None:
    assert value("SELECT @surrogate_key(1, DATE '2025-03-01')") == value(
        "SELECT @surrogate_key('1', '2025-03-01')"
    )
    with pytest.raises(SQLMeshError, match="takes the columns"):
        rendered("SELECT @surrogate_key()")


@given(day=st.dates(date(1999, 1, 1), date(2035, 12, 31)))
def test_period_names_agree_with_python_and_sort_by_time(day: date) -> None:
    week = day.isocalendar()
    expected = {
        "week": f"{week.year}-W{week.week:02}",
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": f"{day.year}",
    }
    for grain, name in expected.items():
        assert value(f"SELECT @period_name(DATE '{day}', {grain})") == name


def test_no_day_no_period() -> None:
    for grain in ("week", "month", "quarter", "year"):
        assert value(f"SELECT @period_name(NULL, '{grain}')") is None
    with pytest.raises(SQLMeshError, match="no grain 'decade'; use one of week, month, quarter"):
        rendered("SELECT @period_name(x, 'decade')")


@pytest.mark.parametrize(
    ("now", "target", "band", "direction", "status"),
    [
        ("1.0", "1.0", "0.1", "up", "on_target"),
        ("1.0", "1.0", "0.1", "down", "on_target"),
        ("1.2", "1.0", "0.1", "up", "on_target"),
        ("0.8", "1.0", "0.1", "down", "on_target"),
        # As near as the band is wide, and one cent further
        ("0.9", "1.0", "0.1", "up", "watch"),
        ("0.89", "1.0", "0.1", "up", "off_target"),
        ("1.1", "1.0", "0.1", "down", "watch"),
        ("1.11", "1.0", "0.1", "down", "off_target"),
        ("0.99", "1.0", "0.0", "up", "off_target"),
        # Of a loss the band is as wide as of a gain
        ("-1.1", "-1.0", "0.1", "up", "watch"),
        ("NULL::DOUBLE", "1.0", "0.1", "up", None),
        ("1.0", "NULL::DOUBLE", "0.1", "up", None),
    ],
)
def test_target_status(now: str, target: str, band: str, direction: str, status: str) -> None:
    assert value(f"SELECT @target_status({now}, {target}, {band}, '{direction}')") == status


@pytest.mark.parametrize(
    ("now", "before", "z_score", "direction", "significance"),
    [
        ("110", "100", "2.1", "up", "improved"),
        ("90", "100", "-2.1", "up", "worsened"),
        ("110", "100", "2.1", "down", "worsened"),
        ("90", "100", "-2.1", "down", "improved"),
        ("90", "100", "-2.1", "neither", "changed"),
        # Likely, immaterial, or no change against the period before
        ("110", "100", "2", "up", "none"),
        ("109", "100", "3", "up", "none"),
        ("100", "100", "3", "up", "none"),
        # From nothing every change is material
        ("1", "0", "3", "up", "improved"),
        ("0", "0", "3", "up", "none"),
        ("110", "100", "NULL::DOUBLE", "up", "unknown"),
        ("110", "NULL::DOUBLE", "3", "up", "unknown"),
    ],
)
def test_change_significance(
    now: str, before: str, z_score: str, direction: str, significance: str
) -> None:
    found = value(
        f"SELECT @change_significance({now}, {before}, {z_score}, 0.1, '{direction}')",
        unlikely_deviations=2,
    )
    assert found == significance
