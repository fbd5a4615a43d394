"""How long data waits to be loaded: charts of sources that are loaded as people load them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import duckdb
import pytest

from tests.support.definitions import PROJECT, empty_warehouse, project_model

FIRST = datetime(2025, 1, 1, 2)  # noqa: DTZ001 - our tables are naive UTC
Loads = list[tuple[str, datetime]]


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse in which nothing but loads is known."""
    charts = project_model("quality/stream_control_charts").columns_to_types or {}
    columns = ", ".join(f"{name} {kind.sql('duckdb')}" for name, kind in charts.items())
    connection = empty_warehouse()
    connection.execute(
        f"CREATE TABLE quality.stream_control_charts ({columns});"
        " CREATE TABLE raw.load_log (stream TEXT, finished_at TIMESTAMP);"
        " CREATE TABLE seeds.control_chart_advice AS"
        f" FROM read_csv('{PROJECT / 'seeds' / 'control_chart_advice.csv'}')"
    )
    yield connection
    connection.close()


def charted(connection: duckdb.DuckDBPyConnection, loads: Loads) -> dict[str, list[str]]:
    """The impact of each day that was judged, by table."""
    connection.executemany("INSERT INTO raw.load_log VALUES (?, ?)", loads)
    waits = project_model("quality/load_waits").render_query_or_raise().sql("duckdb")
    connection.execute(f"CREATE OR REPLACE VIEW quality.load_waits AS {waits}")
    query = project_model("quality/control_charts").render_query_or_raise().sql("duckdb")
    rows = connection.execute(
        f"SELECT table_name, impact_level FROM ({query}) WHERE metric = 'freshness_hours'"
        " AND status <> 'too_few_points' ORDER BY table_name, date_day"
    ).fetchall()
    found: dict[str, list[str]] = {}
    for table, impact in rows:
        found.setdefault(table, []).append(impact)
    return found


def nightly(stream: str, days: int, *, left_out: range = range(0)) -> Loads:
    """A load every night, a few minutes earlier or later."""
    return [
        (stream, FIRST + timedelta(days=day, minutes=day * 7 % 11))
        for day in range(days)
        if day not in left_out
    ]


def test_loads_at_the_same_time_every_night_are_in_control(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    (days,) = charted(warehouse, nightly("orders", 60)).values()
    # A night to compare the first pause with, and 20 before one is judged.
    assert days == ["none"] * (60 - 1 - 20)


def test_a_source_that_stops_is_seen_on_the_day_after_the_one_that_is_missing(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    loads = nightly("orders", 60) + nightly("reviews", 57)
    found = charted(warehouse, loads)
    assert set(found["raw.orders"]) == {"none"}
    # Loaded on day 56: the data of day 57 wait to its end, 46 hours, and those of 58 another day.
    assert found["raw.reviews"][-4:-1] == ["none", "high", "high"]
    assert found["raw.reviews"][-1] == "high"


def test_a_source_that_comes_back_is_in_control_again(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    loads = nightly("orders", 70) + nightly("reviews", 70, left_out=range(50, 53))
    found = charted(warehouse, loads)["raw.reviews"]
    # Days 50 to 52 are missing, and the load of day 53 ends a pause of four days.
    judged_from = 21
    assert found[50 - judged_from : 54 - judged_from] == ["high"] * 4
    assert set(found[54 - judged_from :]) == {"none"}


def test_loads_every_quarter_of_an_hour_with_a_pause_at_night(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    day_of_loads = [timedelta(minutes=15 * n) for n in range(64)]
    loads = [
        ("orders", FIRST + timedelta(days=day) + at) for day in range(40) for at in day_of_loads
    ]
    (days,) = charted(warehouse, loads).values()
    assert set(days) == {"none"}
    # The pause at night is of 8 1/4 hours; on the last day nothing comes for 13 from 2:15 on.
    warehouse.execute("DELETE FROM raw.load_log")
    gap = FIRST + timedelta(days=39, minutes=15)
    late = [load for load in loads if not gap < load[1] < gap + timedelta(hours=13)]
    assert charted(warehouse, late)["raw.orders"][-1] == "high"
