"""The days of int_dates, compared with Python's calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.support.definitions import empty_warehouse, project_model

AS_OF, FIRST_ORDER = date(2025, 3, 1), date(2019, 7, 4)
SEASONS = {11: "holiday", 12: "holiday", 1: "post_holiday", 2: "post_holiday"} | dict.fromkeys(
    (6, 7, 8), "summer"
)


def calendar(as_of: date, first_order: date, **variables: object) -> dict[date, dict[str, Any]]:
    query = project_model("intermediate/int_dates", **variables).render_query_or_raise()
    with empty_warehouse() as connection:
        connection.execute(
            "CREATE TABLE intermediate.int_as_of AS SELECT"
            f" DATE '{as_of}' AS as_of_date, DATE '{first_order}' AS first_order_date"
        )
        result = connection.execute(query.sql(dialect="duckdb"))
        names = [column[0] for column in result.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    assert len({row["date_day"] for row in rows}) == len(rows)
    return {row["date_day"]: row for row in rows}


@pytest.fixture(scope="module")
def days() -> dict[date, dict[str, Any]]:
    return calendar(AS_OF, FIRST_ORDER)


def test_every_day_from_the_year_of_the_first_order_to_the_end_of_next_year(
    days: dict[date, dict[str, Any]],
) -> None:
    first, last = date(2019, 1, 1), date(2026, 12, 31)
    expected = {first + timedelta(days=i) for i in range((last - first).days + 1)}
    assert set(days) == expected


def test_days_agree_with_python(days: dict[date, dict[str, Any]]) -> None:
    for day, row in days.items():
        iso = day.isocalendar()
        assert row["month_name"] == day.strftime("%B")
        assert row["weekday_name"] == day.strftime("%A")
        assert (row["year_number"], row["month_number"]) == (day.year, day.month)
        assert row["quarter_number"] == (day.month + 2) // 3
        assert (row["iso_year"], row["iso_week"], row["iso_weekday"]) == tuple(iso)
        assert row["day_of_year"] == day.timetuple().tm_yday
        assert row["is_weekend"] is (day.isoweekday() > 5)
        assert row["week_start"] == day - timedelta(days=day.weekday())
        assert row["month_start"] == day.replace(day=1)
        assert row["quarter_start"] == date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        assert row["year_start"] == date(day.year, 1, 1)
        assert row["business_season"] == SEASONS.get(day.month, "regular")
        assert row["prior_period_date"] == day - timedelta(weeks=4)
        assert row["is_future"] is (day >= AS_OF)
        assert row["as_of_date"] == AS_OF


def test_leap_day_compares_with_28_february(days: dict[date, dict[str, Any]]) -> None:
    assert days[date(2024, 2, 29)]["prior_year_date"] == date(2023, 2, 28)
    assert days[date(2024, 3, 1)]["prior_year_date"] == date(2023, 3, 1)
    assert days[date(2025, 2, 28)]["prior_year_date"] == date(2024, 2, 28)
    assert days[date(2024, 12, 31)]["day_of_year"] == 366


@pytest.mark.parametrize(
    ("day", "iso_year", "iso_week"),
    [
        (date(2020, 12, 31), 2020, 53),
        (date(2021, 1, 3), 2020, 53),
        (date(2021, 1, 4), 2021, 1),
        (date(2024, 12, 30), 2025, 1),
    ],
)
def test_iso_weeks_at_the_turn_of_the_year(
    day: date, iso_year: int, iso_week: int, days: dict[date, dict[str, Any]]
) -> None:
    assert (days[day]["iso_year"], days[day]["iso_week"]) == (iso_year, iso_week)


def test_current_period_is_the_month_of_the_last_complete_day(
    days: dict[date, dict[str, Any]],
) -> None:
    # As of 1 March the last complete day is 28 February.
    current = [day for day, row in days.items() if row["is_current_period"]]
    assert sorted(current) == [date(2025, 2, 1) + timedelta(days=i) for i in range(28)]


def test_fiscal_year_is_the_calendar_year_unless_said(days: dict[date, dict[str, Any]]) -> None:
    for row in days.values():
        assert row["fiscal_year"] == row["year_number"]
        assert row["fiscal_quarter"] == row["quarter_number"]
        assert row["fiscal_month"] == row["month_number"]
        assert row["executive_quarter"] == f"FY{row['year_number']} Q{row['quarter_number']}"


@pytest.mark.parametrize("start", range(1, 13))
def test_fiscal_year_from_any_month_is_named_after_the_year_it_ends_in(start: int) -> None:
    for day, row in calendar(AS_OF, date(2024, 5, 5), fiscal_start_month=start).items():
        fiscal_month = (day.month - start) % 12 + 1
        ends_next_year = start > 1 and day.month >= start
        assert row["fiscal_month"] == fiscal_month
        assert row["fiscal_quarter"] == (fiscal_month + 2) // 3
        assert row["fiscal_year"] == day.year + ends_next_year


def test_shop_of_one_day_has_two_years() -> None:
    assert len(calendar(date(2024, 1, 2), date(2024, 1, 1))) == 366 + 365
