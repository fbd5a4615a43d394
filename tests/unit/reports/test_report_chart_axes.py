from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.builder.charts import palette, text
from reports.builder.charts.axes import category_axis, number_axis
from reports.builder.charts.layout import lay_out
from reports.builder.charts.model import Axes, Chart, ChartKind, Options, Position, Series
from reports.builder.charts.plane import Plane
from reports.builder.charts.ticks import moment, time_ticks, value_scale
from reports.builder.charts.vega import specification
from reports.builder.formats import Format
from tests.support.chart_samples import CHARTS, EURO, chart, drawn

PERCENT = Format("+0.0%;-0.0%", is_ratio=True)
TICK = re.compile(r'<text x="([\d.]+)"[^>]*text-anchor="middle">([^<]*)</text>')


@pytest.mark.parametrize("total", [310.0, 484.0, 1030.0])
def test_the_last_text_under_an_axis_of_numbers_is_whole(total: float) -> None:
    axis = number_axis([-0.1, 0.1], PERCENT, 4)
    canvas = Plane(lambda _: axis, category_axis(["a", "b"]), 60.0).draw(total, lambda *_: None)
    left = float(re.findall(r"translate\(([\d.]+),", canvas.content())[0])
    texts = {label: left + float(x) for x, label in TICK.findall(canvas.content())}
    assert texts["+10.0%"] + text.width("+10.0%") / 2 <= total + 0.1
    assert texts["+10.0%"] + text.width("+10.0%") / 2 > total - 20
    assert all(x - text.width(label) / 2 >= -0.1 for label, x in texts.items())


@pytest.mark.parametrize(
    ("values", "lines"), [((-1.0, 2.0), 1), ((0.0, 2.0), 0), ((-2.0, 0.0), 0), ((3.0, 4.0), 0)]
)
def test_a_line_stands_at_0_inside_an_axis(values: tuple[float, float], lines: int) -> None:
    numbers = number_axis(values, EURO, 4)
    names = category_axis(["a", "b", "c"])
    for plane in (
        Plane(lambda _: numbers, names, 60.0, zero=True),
        Plane(lambda _: names, numbers, 60.0, zero=True),
    ):
        content = plane.draw(484.0, lambda *_: None).content()
        assert content.count('class="zero"') == lines


def test_labels_of_the_time_axis_keep_apart() -> None:
    for width in (200, 330, 500, 1030):
        ticks = lay_out(CHARTS["lines"], width).x_ticks
        room = lay_out(CHARTS["lines"], width).width / max(1, len(ticks) - 1)
        assert all(text.width(tick.lines[0]) < room for tick in ticks)


@pytest.mark.parametrize("total", [310, 484, 1030])
def test_the_first_text_under_an_axis_of_time_is_whole(total: int) -> None:
    days = [date(2026, 8, 22) + timedelta(number) for number in range(90)]
    plain = Format("0")
    values = Series("Rows", palette.SERIES[0], tuple(float(n % 50) for n in range(90)), plain)
    positions = tuple(Position(day, str(day)) for day in days)
    drawn = lay_out(Chart("line", "time", positions, (values,), plain, (), Options()), total)
    share = (drawn.x_ticks[0].at - moment(days[0])) / (moment(days[-1]) - moment(days[0]))
    middle = drawn.left + share * drawn.width
    assert middle - text.width(drawn.x_ticks[0].lines[0]) / 2 >= 0
    assert drawn.left + drawn.width + drawn.right == pytest.approx(total)


def test_an_axis_on_the_right_has_its_own_scale() -> None:
    left, right = CHARTS["one line"].series[0], CHARTS["one line"].series[0]
    share = Format("0%", is_ratio=True)
    shown = replace(
        CHARTS["one line"],
        series=(left, replace(right, right=True, values=(0.5,) * 24, format=share)),
    )
    layout = lay_out(shown, 484)
    assert layout.right_scale
    assert layout.right_scale.ticks == pytest.approx((0.0, 0.2, 0.4, 0.6))
    assert layout.height_of(shown.series[1], 0.6) == pytest.approx(layout.scale.high)
    assert layout.height_of(shown.series[1], 0.3) == pytest.approx(layout.scale.high / 2)
    assert ">60%</text>" in drawn(shown)


def test_a_logarithmic_axis_has_powers_of_ten() -> None:
    values = (1.0, 10.0, 100.0, 1000.0, 0.0, -5.0, *(None,) * 18)
    shown = replace(
        CHARTS["one line"],
        series=(replace(CHARTS["one line"].series[0], values=values),),
        options=Options(axes=Axes(log=True)),
    )
    layout = lay_out(shown, 484)
    assert layout.scale.ticks == (1.0, 10.0, 100.0, 1000.0)
    assert layout.scale.share(10.0) == pytest.approx(1 / 3)
    rows = specification(shown, layout)["layer"][0]["data"]["values"]
    assert [row["y"] for row in rows[:6]] == [1.0, 10.0, 100.0, 1000.0, None, None]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 97, (0, 25, 50, 75, 100)),
        (0, 1, (0, 0.25, 0.5, 0.75, 1)),
        (-40, 60, (-50, -25, 0, 25, 50, 75)),
        (0, 0, (0, 0.25, 0.5, 0.75, 1)),
    ],
)
def test_value_axes_are_round(low: float, high: float, ticks: tuple[float, ...]) -> None:
    assert value_scale(low, high).ticks == ticks


@given(st.integers(-400, 400), st.integers(1, 400), st.sampled_from((1e-3, 0.01, 0.1, 7.0, 1e9)))
def test_the_ends_of_a_value_axis_are_its_outer_ticks(low: int, span: int, unit: float) -> None:
    """A tick that lies a hair outside the axis would not be drawn."""
    scale = value_scale(low * unit, (low + span) * unit)
    assert (scale.low, scale.high) == (scale.ticks[0], scale.ticks[-1])


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_value_axes_hold_their_values(low: float, span: float) -> None:
    scale = value_scale(low, low + span)
    slack = (scale.high - scale.low) * 1e-6
    assert scale.low - slack <= low
    assert low + span <= scale.high + slack
    assert len(scale.ticks) <= 12


@pytest.mark.parametrize(
    ("days", "count", "labels"),
    [
        (6, 8, ["5 Jan 2024", "6 Jan", "7 Jan", "8 Jan", "9 Jan", "10 Jan", "11 Jan"]),
        (300, 6, ["Mar 2024", "May", "Jul", "Sep"]),
        (1100, 7, ["Jul 2024", "Jan 2025", "Jul", "Jan 2026", "Jul", "Jan 2027"]),
        (1100, 6, ["2025", "2026", "2027"]),
        (5000, 5, ["2025", "2030", "2035"]),
    ],
)
def test_time_axes_have_round_dates(days: int, count: int, labels: list[str]) -> None:
    start = date(2024, 1, 5)
    found = [label for _, label in time_ticks(start, start + timedelta(days), count)]
    assert found[:7] == labels


MONTHLY = [date(2025, month, 1) for month in (1, 2, 3)]


def dated(kind: ChartKind, days: list[date], written: str) -> Chart:
    values = Series("Orders", palette.SERIES[0], tuple(1.0 for _ in days), Format("0"))
    positions = tuple(Position(day, Format(written).text(day)) for day in days)
    return Chart(kind, "time", positions, (values,), Format("0"), (), Options())


@pytest.mark.parametrize("width", [310, 484, 1030])
@pytest.mark.parametrize("kind", ["bar", "line"])
def test_few_months_are_named_by_themselves_and_not_by_weeks(kind: ChartKind, width: int) -> None:
    ticks = lay_out(dated(kind, MONTHLY, "mmm yyyy"), width).x_ticks
    names = [tick.lines[0] for tick in ticks]
    assert names in (["Jan 2025", "Feb 2025", "Mar 2025"], ["Jan 2025", "Feb", "Mar"])


def test_no_bar_is_named_after_another_day() -> None:
    days = [date(2025, 1, 1) + timedelta(3 * number) for number in range(30)]
    ticks = lay_out(dated("bar", days, "d mmm yyyy"), 1030).x_ticks
    assert len(ticks) > 5
    assert all(tick.lines[0].startswith(f"{days[int(tick.at)].day} ") for tick in ticks)


@pytest.mark.parametrize("days", [MONTHLY, MONTHLY[:1]])
def test_the_last_text_under_an_axis_of_time_is_whole(days: list[date]) -> None:
    layout = lay_out(dated("line", days, "mmm yyyy"), 1030)
    last, first = layout.x_ticks[-1], moment(days[0])
    span = moment(days[-1]) - first
    place = (last.at - first) / span * layout.width if span else layout.width / 2
    assert place + text.width(last.lines[0]) / 2 <= layout.width + layout.right


@pytest.mark.parametrize(
    ("code", "high", "texts"),
    [
        ("#,##0", 2.0, ["0", "1", "2"]),
        ("#,##0", 1.0, ["0", "1"]),
        ("#,##0", 10.0, ["0", "5", "10"]),
        ("0%", 0.1, ["0%", "5%", "10%"]),
        ("0.0%", 0.1, ["0.0%", "2.5%", "5.0%", "7.5%", "10.0%"]),
        ('"€"#,##0.0,"k"', 10_000, ["€0.0k", "€2.5k", "€5.0k", "€7.5k", "€10.0k"]),
        ('"€"#,##0,"k"', 10_000, ["€0k", "€5k", "€10k"]),
    ],
)
def test_no_value_beside_an_axis_is_rounded(code: str, high: float, texts: list[str]) -> None:
    axis = number_axis([0.0, high], Format(code), 4)
    assert [label for _, label in axis.ticks] == texts


def test_an_axis_of_numbers_with_one_position_names_it_once() -> None:
    shown = replace(chart("line", "number", count=1), position_format=Format("#,##0"))
    alone = replace(
        shown,
        positions=(Position(1234.5, "1,234.5"),),
        series=(replace(shown.series[0], values=(1.0,)),),
    )
    assert [tick.lines for tick in lay_out(alone, 484).x_ticks] == [("1,234.5",)]
    far = replace(
        shown,
        positions=tuple(Position(1e6 * n, "") for n in range(24)),
    )
    assert "10,000,000" in [tick.lines[0] for tick in lay_out(far, 1030).x_ticks]
