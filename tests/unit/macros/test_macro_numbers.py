"""Bands, scores, divisions and lists."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlmesh.utils.errors import SQLMeshError

from tests.support.definitions import rendered, value, variables

BANDS = "['High', 0.7, 'Medium', 0.4, 'Low', 0.2, 'Minimal']"


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("1", "High"),
        ("0.7", "High"),
        ("0.6999999", "Medium"),
        ("0.4", "Medium"),
        ("0.3999999", "Low"),
        ("0.2", "Low"),
        ("0.1999999", "Minimal"),
        ("0", "Minimal"),
        ("-1", "Minimal"),
        ("NULL", None),
    ],
)
def test_band_starts_at_its_lower_bound(number: str, name: str | None) -> None:
    assert value(f"SELECT @band({number}, {BANDS})") == name


def test_band_takes_a_variable_and_an_expression() -> None:
    assert value("SELECT @band(60 + 40, @order_value_tiers)") == "High"
    assert value("SELECT @band(60 + 40, @tiers)", tiers=["Big", 101, "Small"]) == "Small"


def test_band_may_name_numbers() -> None:
    assert value("SELECT @band(31, @health_recency_points)") == 15


@pytest.mark.parametrize("bands", ["['High', 1]", "['Only']", "[]", "['High', 1, 'Low', 0]", "7"])
def test_malformed_bands_are_refused(bands: str) -> None:
    with pytest.raises(SQLMeshError, match=r"takes \[name, lower bound, \.\.\., name of the rest"):
        rendered(f"SELECT @band(1, {bands})")


@pytest.mark.parametrize(
    ("days", "points"),
    [(0, 5), (30, 5), (31, 4), (90, 4), (91, 3), (180, 3), (181, 2), (365, 2), (366, 1)],
)
def test_score_where_less_is_better(days: int, points: int) -> None:
    assert value(f"SELECT @score({days}, @rfm_recency_days, FALSE)") == points


@pytest.mark.parametrize(
    ("orders", "points"), [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (9, 4), (10, 5), (11, 5)]
)
def test_score_where_more_is_better(orders: int, points: int) -> None:
    assert value(f"SELECT @score({orders}, @rfm_frequency_orders, TRUE)") == points


def test_score_needs_four_bounds() -> None:
    with pytest.raises(SQLMeshError, match="takes four bounds"):
        rendered("SELECT @score(1, [1, 2, 3], TRUE)")


@pytest.mark.parametrize(
    ("division", "quotient"),
    [
        ("@safe_divide(1, 4)", 0.25),
        ("@safe_divide(1, 0)", None),
        ("@safe_divide(0, 0)", None),
        ("@safe_divide(1, NULL)", None),
        ("@safe_divide(NULL, 1)", None),
        ("@safe_divide(7 - 1, 5 - 1)", 1.5),
        ("12 / @safe_divide(6, 2)", 4.0),
        ("12 * @safe_divide(6, 4) / 2", 9.0),
        ("@safe_divide(1::DECIMAL(18, 2), 3::DECIMAL(18, 2))", 1 / 3),
    ],
)
def test_safe_divide(division: str, quotient: float | None) -> None:
    found = value(f"SELECT {division}")
    assert found == quotient
    assert found is None or isinstance(found, float)


@pytest.mark.parametrize(
    ("numbers", "share", "expected"),
    [
        ("(1), (2), (9)", 0.5, 2.0),
        ("(1), (2)", 0.5, 1.5),
        ("(1), (2)", 0.9, 1.9),
        ("(7)", 0.1, 7.0),
        ("(1), (NULL), (3)", 0.5, 2.0),
        ("(NULL::INT)", 0.5, None),
    ],
)
def test_quantile_is_exact_and_interpolated(
    numbers: str, share: float, expected: float | None
) -> None:
    found = value(f"SELECT @quantile(x, {share}) FROM (VALUES {numbers}) AS numbers(x)")
    assert found == pytest.approx(expected) if expected is not None else found is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("('paypal'), ('card'), ('paypal'), (NULL)", "card, paypal"),
        ("('card')", "card"),
        ("(NULL::TEXT)", None),
    ],
)
def test_value_list_is_sorted_distinct_and_without_nulls(values: str, expected: str | None) -> None:
    assert value(f"SELECT @value_list(x) FROM (VALUES {values}) AS texts(x)") == expected


def test_rejection_reasons_are_joined_in_the_order_given() -> None:
    sql = """
      SELECT @rejection_reasons('no key', x IS NULL, 'below zero', y < 0, 'its odd', y % 2 <> 0)
      FROM (VALUES (1, 1, 2), (2, NULL, -2), (3, NULL, -1), (4, 1, NULL)) AS t(n, x, y)
      ORDER BY n
    """
    rows = [row[0] for row in duckdb.sql(rendered(sql)).fetchall()]
    assert rows == [None, "no key; below zero", "no key; below zero; its odd", None]


def test_one_rule_is_enough() -> None:
    sql = "SELECT @rejection_reasons('the shop''s id is missing', x IS NULL) FROM (SELECT {} AS x)"
    assert value(sql.format("NULL")) == "the shop's id is missing"
    assert value(sql.format("1")) is None


@pytest.mark.parametrize("rules", ["", "'no condition'", "'a', TRUE, 'b'"])
def test_rules_without_condition_are_refused(rules: str) -> None:
    with pytest.raises(SQLMeshError, match="takes reason, condition, reason, condition"):
        rendered(f"SELECT @rejection_reasons({rules})")


@pytest.mark.parametrize(
    "name",
    [
        "churn_bands",
        "churn_risk_days",
        "engagement_levels",
        "health_recency_points",
        "loyalty_bands",
        "order_frequency_bands",
        "order_value_tiers",
        "value_tiers",
    ],
)
def test_bands_of_the_configuration_have_falling_bounds_and_distinct_names(name: str) -> None:
    *pairs, rest = variables()[name]
    names, bounds = pairs[::2], pairs[1::2]
    assert len(names) == len(bounds)
    assert bounds == sorted(set(bounds), reverse=True)
    assert len({*names, rest}) == len(names) + 1


@pytest.mark.parametrize(
    ("call", "sql"),
    [
        ("@quantile(x, 0.5)", "PERCENTILE(CAST(x AS DOUBLE), 0.5)"),
        (
            "@value_list(x)",
            "NULLIF(ARRAY_JOIN(SORT_ARRAY(COLLECT_SET(CAST(x AS STRING))), ', '), '')",
        ),
        (
            "@business_date(x)",
            "CAST(FROM_UTC_TIMESTAMP(CAST(x AS TIMESTAMP_NTZ), 'Europe/Berlin') AS DATE)",
        ),
    ],
)
def test_spark_gets_its_own_functions(call: str, sql: str) -> None:
    found = rendered(f"SELECT {call}", engine="spark", business_timezone="Europe/Berlin")
    assert sqlglot.transpile(found, read="duckdb", write="spark") == [f"SELECT {sql}"]


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=12))
def test_middle_rank_counts_those_below_and_half_of_the_equal_ones(numbers: list[int]) -> None:
    listed = ", ".join(f"({number})" for number in numbers)
    query = rendered(
        f"SELECT number, @middle_rank(number) AS place FROM (VALUES {listed}) AS rows(number)"
    )
    for number, place in duckdb.sql(query).fetchall():
        below = sum(other < number for other in numbers)
        equal = sum(other == number for other in numbers)
        assert place == pytest.approx((below + equal / 2) / len(numbers))
