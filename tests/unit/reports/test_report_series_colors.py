"""Series have the colours that a page gives them, by name or in order, or else their own."""

from __future__ import annotations

import pytest

from reports.builder.charts.palette import SERIES
from reports.builder.components.chart_props import series_color

RED, BLUE, OWN = "#ff0000", "#0000ff", "#00ff00"


@pytest.mark.parametrize(
    ("wanted", "place", "color"),
    [
        ({"north": RED, "south": BLUE}, 1, RED),
        ({"south": BLUE}, 1, SERIES[1]),
        ([RED, BLUE], 1, BLUE),
        ([RED, BLUE], 4, RED),
        ([], 1, SERIES[1]),
        ({}, len(SERIES) + 2, SERIES[2]),
        (["no such colour"], 1, SERIES[1]),
    ],
)
def test_colors_by_name_in_order_and_of_its_own(
    wanted: dict[str, str] | list[str], place: int, color: str
) -> None:
    assert series_color(wanted, "north", place) == color


def test_what_a_chart_has_otherwise_is_for_series_without_a_colour() -> None:
    assert series_color([], "north", 1, OWN) == OWN
    assert series_color({"north": RED}, "north", 1, OWN) == RED
