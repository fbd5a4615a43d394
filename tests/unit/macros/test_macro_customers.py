"""Months of a cohort, trends, groups drawn by hash and RFM scores."""

from __future__ import annotations

import hashlib
import math
import statistics

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmesh.utils.errors import SQLMeshError

from tests.support.definitions import rendered, value


@pytest.mark.parametrize(
    ("first", "later", "months"),
    [
        ("2024-01-31", "2024-01-01", 0),
        ("2024-01-31", "2024-02-01", 1),
        ("2024-02-29", "2025-02-28", 12),
        ("2023-12-31", "2024-01-01", 1),
        ("2024-03-01", "2024-02-29", -1),
    ],
)
def test_months_between_counts_calendar_months(first: str, later: str, months: int) -> None:
    assert value(f"SELECT @months_between(DATE '{first}', DATE '{later}')") == months


@settings(max_examples=30)
@given(st.lists(st.integers(-(10**8), 10**8), min_size=1, max_size=30))
def test_trend_is_the_correlation_with_the_place(numbers: list[int]) -> None:
    total, squares = sum(numbers), sum(number * number for number in numbers)
    numbered = sum(place * number for place, number in enumerate(numbers, start=1))
    found = value(f"SELECT @trend_of_sums({len(numbers)}, {total}, {squares}, {numbered})")
    if len(set(numbers)) == 1:
        assert found is None
    else:
        places = [float(place) for place in range(len(numbers))]
        expected = statistics.correlation(places, [float(number) for number in numbers])
        assert math.isclose(found, expected, abs_tol=1e-7)
        assert -1 <= found <= 1


@settings(max_examples=30)
@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30))
def test_deviation_from_sums_is_the_sample_deviation(numbers: list[int]) -> None:
    squares = sum(number * number for number in numbers)
    found = value(f"SELECT @stddev_of_sums({len(numbers)}, {sum(numbers)}, {squares})")
    if len(numbers) == 1:
        assert found is None
    else:
        assert math.isclose(found, statistics.stdev(numbers), rel_tol=1e-6, abs_tol=1e-3)


def test_the_deviation_of_equal_numbers_is_nothing_and_of_none_is_unknown() -> None:
    assert value("SELECT @stddev_of_sums(3, 0.3, 0.03)") == 0
    assert value("SELECT @stddev_of_sums(0, 0, 0)") is None
    assert value("SELECT @stddev_of_sums(3, NULL, NULL)") is None


def test_what_is_old_weighs_less_whatever_the_order() -> None:
    rows = [(1, 0), (1, 90), (4, 180)]
    expected = sum(number * math.exp(-age / 90) for number, age in rows)
    for ordered in (rows, rows[::-1]):
        listed = ", ".join(map(str, ordered))
        found = value(f"SELECT @decayed(n, age, 90, 9) FROM (VALUES {listed}) AS t(n, age)")
        assert math.isclose(found, expected, abs_tol=2e-9)
    assert value("SELECT @decayed(n, age, 90, 9) FROM (VALUES (NULL, 3)) AS t(n, age)") is None


@pytest.mark.parametrize(
    ("dimension", "order", "member"),
    [
        ("all", "", "all"),
        ("country", "'FR' AS shipping_country", "FR"),
        ("country", "", "unknown"),
        ("payment_method", "", "unknown"),
        ("channel", "", "email"),
        ("customer_type", "TRUE AS is_guest", "guest"),
        ("customer_type", "FALSE AS is_valid_sale", "none"),
        ("customer_type", "TRUE AS is_first_order", "new"),
        ("customer_type", "", "returning"),
        # A name that is no dimension has no member
        ("planet", "", None),
    ],
)
def test_member_of_an_order_in_each_dimension(
    dimension: str, order: str, member: str | None
) -> None:
    usual = {
        "shipping_country": "NULL::TEXT",
        "payment_method": "NULL::TEXT",
        "is_guest": "FALSE",
        "is_valid_sale": "TRUE",
        "is_first_order": "FALSE",
    }
    given, _, name = order.partition(" AS ")
    columns = ", ".join(f"{x} AS {n}" for n, x in (usual | ({name: given} if name else {})).items())
    found = value(
        f"SELECT @order_member('{dimension}', orders, customers) FROM (SELECT {columns}) AS orders"
        " CROSS JOIN (SELECT 'email' AS acquisition_channel) AS customers"
    )
    assert found == member


def test_bucket_is_the_lowest_salted_hashes() -> None:
    sql = f"SELECT {_bucket('0.1')} FROM RANGE(2000) AS t(id) ORDER BY id"
    found = [row[0] for row in duckdb.sql(sql).fetchall()]
    hashes = [hashlib.md5(f"salt:{number}".encode()).hexdigest() for number in range(2000)]
    assert found == [int(one[:8], 16) < 0.1 * 16**8 for one in hashes]
    assert 150 < sum(found) < 250


def test_a_larger_bucket_contains_the_smaller() -> None:
    small, large = _bucket("0.05"), _bucket("0.2")
    sql = f"SELECT COUNT(*) FROM RANGE(2000) AS t(id) WHERE {small} AND NOT {large}"
    assert duckdb.sql(sql).fetchall() == [(0,)]


@pytest.mark.parametrize(("share", "expected"), [("0", False), ("1", True)])
def test_bucket_of_none_and_of_all(share: str, expected: bool) -> None:
    assert value(f"SELECT @is_in_bucket('any', 'salt', {share})") is expected


@pytest.mark.parametrize("share", ["1.1", "2"])
def test_bucket_refuses_a_share_above_one(share: str) -> None:
    with pytest.raises(SQLMeshError, match="a share from 0 to 1"):
        rendered(f"SELECT @is_in_bucket('any', 'salt', {share})")


def test_scores_compare_within_a_group_and_equal_values_alike() -> None:
    rows = "(VALUES ('x', 5, 1, 10), ('x', 5, 2, 20), ('y', 5, 1, 99)) AS t(part, days, n, spent)"
    sql = rendered(f"SELECT @rfm_scores(days, n, spent, part) FROM {rows}")
    # Of two, a quarter and three quarters: scores 2 and 4; both half where they are alike.
    assert sorted(duckdb.sql(sql).fetchall()) == [(3, 2, 2), (3, 3, 3), (3, 4, 4)]


def test_scores_by_fixed_bounds() -> None:
    sql = rendered("SELECT @rfm_scores(91, 10, 99)", rfm_method="fixed")
    assert duckdb.sql(sql).fetchall() == [(3, 5, 1)]


def test_unknown_method_of_scores_is_refused() -> None:
    with pytest.raises(SQLMeshError, match="'quintile' or 'fixed', not 'deciles'"):
        rendered("SELECT @rfm_scores(1, 1, 1)", rfm_method="deciles")


def _bucket(share: str) -> str:
    return rendered(f"SELECT @is_in_bucket(id, 'salt', {share})").removeprefix("SELECT ")


@settings(max_examples=25)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=500), max_size=8))
def test_a_key_is_halved_away_by_its_hash(key: str) -> None:
    quoted = key.replace("'", "''")
    found = value(f"SELECT @hash_halvings('{quoted}')")
    bits = f"{int(hashlib.md5(key.encode()).hexdigest()[:4], 16):016b}"
    assert found == len(bits) - len(bits.lstrip("0"))
    assert value(f"SELECT @hash_halvings('{quoted}', FALSE)") == 0


@pytest.mark.parametrize(
    ("rows", "halvings"), [(0, 0), (50, 0), (99, 0), (100, 1), (199, 1), (200, 2), (10**9, 16)]
)
def test_rows_are_halved_while_enough_are_left(rows: int, halvings: int) -> None:
    assert value(f"SELECT @sample_halvings({rows}, 50)") == halvings


def test_all_halvings_are_listed() -> None:
    assert value("SELECT @all_halvings(TRUE)") == list(range(17))
    assert value("SELECT @all_halvings(FALSE)") == [0]
