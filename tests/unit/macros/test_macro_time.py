"""Days as the shop counts them, and the calendar's arithmetic."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmesh.utils.errors import SQLMeshError

from tests.support.definitions import column, rendered, value

DAYS = st.dates(date(1999, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("grain", "expected"),
    [
        ("day", [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]),
        ("week", [date(2024, 2, 26)]),
        ("month", [date(2024, 2, 1), date(2024, 3, 1)]),
        ("quarter", [date(2024, 1, 1)]),
        ("year", [date(2024, 1, 1)]),
    ],
)
def test_time_spine_holds_every_period_that_the_range_touches(
    grain: str, expected: list[date]
) -> None:
    sql = f"SELECT @time_spine(DATE '2024-02-28', DATE '2024-03-01', '{grain}')::DATE"
    assert column(sql) == expected


@pytest.mark.parametrize(
    ("grain", "expected"),
    [
        ("week", [date(2020, 12, 28), date(2021, 1, 4)]),
        ("month", [date(2020, 12, 1), date(2021, 1, 1)]),
        ("quarter", [date(2020, 10, 1), date(2021, 1, 1)]),
        ("year", [date(2020, 1, 1), date(2021, 1, 1)]),
    ],
)
def test_time_spine_crosses_the_turn_of_the_year(grain: str, expected: list[date]) -> None:
    sql = f"SELECT @time_spine('2020-12-31', '2021-01-04', '{grain}')::DATE"
    assert column(sql) == expected


def test_time_spine_of_a_range_that_ends_before_it_starts_is_empty() -> None:
    assert column("SELECT @time_spine('2025-01-02', '2025-01-01', 'day')::DATE") == []


def test_time_spine_takes_columns_and_any_case_of_the_grain() -> None:
    sql = """
      SELECT @time_spine(first_day, last_day, 'MONTH')::DATE
      FROM (SELECT DATE '2025-01-31' AS first_day, DATE '2025-02-01' AS last_day)
    """
    assert column(sql) == [date(2025, 1, 1), date(2025, 2, 1)]


def test_unknown_grain_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SQLMeshError, match="no grain 'fortnight'; use one of day, week, month"):
        rendered("SELECT @time_spine('2025-01-01', '2025-01-02', 'fortnight')")


@given(day=DAYS)
def test_iso_weekday_and_month_start_agree_with_python(day: date) -> None:
    assert value(f"SELECT @iso_weekday('{day}')") == day.isoweekday()
    assert value(f"SELECT @month_start('{day}')") == day.replace(day=1)


def test_calendar_macros_take_timestamps() -> None:
    assert value("SELECT @iso_weekday(TIMESTAMP '2025-03-02 23:59:59')") == 7
    assert value("SELECT @month_start(TIMESTAMP '2025-03-31 23:59:59')") == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("zone", "instant", "expected"),
    [
        # Summer time began in London on 30 March 2025 at 01:00 UTC and ended on 26 October at 01:00
        ("Europe/London", "2025-03-29 23:59:59", "2025-03-29 23:59:59"),
        ("Europe/London", "2025-03-30 00:59:59", "2025-03-30 00:59:59"),
        ("Europe/London", "2025-03-30 01:00:00", "2025-03-30 02:00:00"),
        ("Europe/London", "2025-03-30 23:00:00", "2025-03-31 00:00:00"),
        ("Europe/London", "2025-10-26 00:59:59", "2025-10-26 01:59:59"),
        ("Europe/London", "2025-10-26 01:00:00", "2025-10-26 01:00:00"),
        ("Europe/London", "2025-10-26 23:59:59", "2025-10-26 23:59:59"),
        # In New York on 9 March 2025 at 07:00 UTC, until 2 November at 06:00
        ("America/New_York", "2025-03-09 04:59:59", "2025-03-08 23:59:59"),
        ("America/New_York", "2025-03-09 06:59:59", "2025-03-09 01:59:59"),
        ("America/New_York", "2025-03-09 07:00:00", "2025-03-09 03:00:00"),
        ("America/New_York", "2025-03-10 03:59:59", "2025-03-09 23:59:59"),
        ("America/New_York", "2025-11-02 05:59:59", "2025-11-02 01:59:59"),
        ("America/New_York", "2025-11-02 06:00:00", "2025-11-02 01:00:00"),
        ("America/New_York", "2025-11-03 04:59:59", "2025-11-02 23:59:59"),
        ("UTC", "2025-03-30 01:00:00", "2025-03-30 01:00:00"),
    ],
)
def test_business_time_around_the_change_of_clocks(zone: str, instant: str, expected: str) -> None:
    local = datetime.fromisoformat(expected)
    stamp = f"TIMESTAMP '{instant}'"
    assert value(f"SELECT @business_time({stamp})", business_timezone=zone) == local
    assert value(f"SELECT @business_date({stamp})", business_timezone=zone) == local.date()


@given(
    instant=st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
    zone=st.sampled_from(["Europe/London", "America/New_York", "Asia/Kathmandu", "UTC"]),
)
def test_business_date_agrees_with_python(instant: datetime, zone: str) -> None:
    local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    stamp = f"TIMESTAMP '{instant.isoformat(sep=' ')}'"
    assert value(f"SELECT @business_date({stamp})", business_timezone=zone) == local.date()


def test_unknown_instant_has_no_business_date() -> None:
    assert value("SELECT @business_date(NULL)", business_timezone="Europe/London") is None


LOADED = datetime(2025, 6, 2, 2, 0)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("instant", "zone", "expected"),
    [
        (datetime(1999, 12, 31, 23, 59, 59), "UTC", False),  # noqa: DTZ001
        (datetime(2000, 1, 1), "UTC", True),  # noqa: DTZ001
        (datetime(2000, 1, 1, 4, 59, 59), "America/New_York", False),  # noqa: DTZ001
        (datetime(2000, 1, 1, 5, 0, 0), "America/New_York", True),  # noqa: DTZ001
        (datetime(1999, 12, 31, 18, 30, 0), "Asia/Kolkata", True),  # noqa: DTZ001
        (LOADED + timedelta(days=1), "UTC", True),
        (LOADED + timedelta(days=1, seconds=1), "UTC", False),
        (LOADED + timedelta(days=1), "America/New_York", True),
        (LOADED + timedelta(days=1, seconds=1), "America/New_York", False),
    ],
)
def test_plausible_times_lie_between_the_earliest_day_and_a_day_after_loading(
    instant: datetime, zone: str, *, expected: bool
) -> None:
    sql = f"SELECT @is_plausible_time(TIMESTAMP '{instant}', TIMESTAMP '{LOADED}')"
    assert value(sql, business_timezone=zone) is expected


def test_earliest_day_is_the_shops_to_choose() -> None:
    before, after = "TIMESTAMP '2009-12-31 23:59:59'", "TIMESTAMP '2010-01-01 00:00:00'"
    for instant, expected in ((before, False), (after, True)):
        sql = f"SELECT @is_plausible_time({instant}, TIMESTAMP '{LOADED}')"
        assert value(sql, earliest_event_date="2010-01-01") is expected
        sql = f"SELECT @is_too_early({instant})"
        assert value(sql, earliest_event_date="2010-01-01") is not expected


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        ("1999-12-31", "America/New_York", False),
        ("2000-01-01", "America/New_York", True),
        # It was loaded on 2 June in London and on 1 June in New York
        ("2025-06-03", "Europe/London", True),
        ("2025-06-04", "Europe/London", False),
        ("2025-06-02", "America/New_York", True),
        ("2025-06-03", "America/New_York", False),
    ],
)
def test_plausible_days_are_days_of_the_shop(day: str, zone: str, *, expected: bool) -> None:
    sql = f"SELECT @is_plausible_date(DATE '{day}', TIMESTAMP '{LOADED}')"
    assert value(sql, business_timezone=zone) is expected


def test_times_ahead_are_not_too_early() -> None:
    assert value("SELECT @is_too_early(TIMESTAMP '2999-01-01 00:00:00')") is False
    assert value("SELECT @is_too_early(NULL)") is None


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("2025-06-01 23:30:00", "2025-05-01 12:00:00"), date(2025, 6, 2)),
        (("1999-12-31 12:00:00", "2025-05-01 23:30:00"), date(2025, 5, 2)),
        (("2030-01-01 12:00:00", "1999-12-31 12:00:00"), date(2025, 6, 2)),
        ((None, "2025-05-01 12:00:00"), date(2025, 5, 1)),
        ((None, None), date(2025, 6, 2)),
    ],
)
def test_event_counts_for_the_first_plausible_of_its_times(
    times: tuple[str | None, ...], expected: date
) -> None:
    instants = [f"TIMESTAMP '{time}'" if time else "NULL::TIMESTAMP" for time in times]
    sql = f"SELECT @event_day({', '.join(instants)}, TIMESTAMP '{LOADED}')"
    assert value(sql, business_timezone="Europe/London") == expected
