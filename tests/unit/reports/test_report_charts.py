from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import altair
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.builder.charts import palette, text
from reports.builder.charts.annotations import Annotation
from reports.builder.charts.axes import category_axis, number_axis
from reports.builder.charts.frame import Wanted, build_frame
from reports.builder.charts.layout import has_direct_labels, lay_out
from reports.builder.charts.model import Axes, Chart, ChartKind, Options, Position, Series
from reports.builder.charts.overlay import with_overlay
from reports.builder.charts.plane import Plane
from reports.builder.charts.sparkline import sparkline
from reports.builder.charts.svg import draw
from reports.builder.charts.ticks import moment, time_ticks, value_scale
from reports.builder.charts.vega import specification, tip
from reports.builder.data.result import ColumnInfo, QueryResult
from reports.builder.formats import Format, Formatter

EURO = Format('"€"#,##0')
MONTHS = tuple(
    Position(date(2024 + index // 12, index % 12 + 1, 1), f"Month {index}") for index in range(24)
)
NAMES = tuple(Position(name, name) for name in ("Champions", "Loyal customers", "Cannot lose them"))


def chart(kind: ChartKind, x_kind: str = "time", count: int = 2, **options: object) -> Chart:
    positions = NAMES if x_kind == "category" else MONTHS
    if x_kind == "number":
        positions = tuple(Position(float(index), str(index)) for index in range(24))
    series = tuple(
        Series(
            f"Series <{number}>",
            palette.SERIES[number],
            tuple(float(100 * index + 300 * number) for index in range(len(positions))),
            EURO,
        )
        for number in range(count)
    )
    return Chart(kind, x_kind, positions, series, EURO, (), Options(**options))  # type: ignore[arg-type]


CHARTS = {
    "lines": chart("line"),
    "one line": chart("line", count=1, markers=True, step=True),
    "many lines": chart("line", count=8),
    "number line": chart("line", "number"),
    "category line": chart("line", "category"),
    "bars over time": chart("bar", count=1),
    "stacked bars": chart("bar", stacking="stacked", labels=True),
    "grouped bars": chart("bar", "category", stacking="grouped"),
    "bars to the right": chart("bar", "category", count=1, horizontal=True),
    "bars of numbers": chart("bar", "number", count=1, y_title="Customers"),
    "areas": chart("area", stacking="stacked"),
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("width", [310, 330, 1030])
def test_every_chart_is_valid_vega_lite_and_draws(name: str, width: int) -> None:
    shown = CHARTS[name]
    spec = specification(shown, lay_out(shown, width))
    altair.LayerChart.from_dict(spec)
    svg = draw(spec, "A <chart>")
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label") == "A <chart>"
    box = [float(number) for number in (root.get("viewBox") or "").split()]
    assert box[2] == pytest.approx(width, abs=1.5)
    assert len(root.findall(".//*[@class='hit']")) == len(shown.positions)
    assert " id=" not in svg
    assert "http" not in svg
    assert draw(spec, "A <chart>") == svg


@pytest.mark.parametrize("name", CHARTS)
def test_no_text_leaves_the_drawing(name: str) -> None:
    for width in (310, 484, 1030):
        layout = lay_out(CHARTS[name], width)
        for label, position in layout.end_labels:
            assert text.width(label) <= layout.right
            assert 0 <= position <= layout.height
        if layout.horizontal:
            assert all(text.width(tick.lines[0]) <= layout.left for tick in layout.x_ticks)


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


def test_names_that_do_not_fit_lay_the_bars_down() -> None:
    upright = chart("bar", "category", count=1)
    assert not lay_out(upright, 640).horizontal
    crowded = replace(
        upright,
        positions=tuple(Position(str(n), f"A rather long name {n}") for n in range(9)),
        series=(replace(upright.series[0], values=(1.0,) * 9),),
    )
    assert lay_out(crowded, 484).horizontal


BELOW = Format("+0.0%;-0.0%")
TEXT = re.compile(r"<text ([^>]*)>([+-][^<]*)</text>")


def below(**options: object) -> Chart:
    """Three bars that go up, far down and a little down, with texts at their ends."""
    upright = chart("bar", "category", count=1, labels=True, **options)
    return replace(
        upright, series=(replace(upright.series[0], values=(0.3, -1.0, -0.1), format=BELOW),)
    )


def ends(shown: Chart, width: int) -> dict[str, tuple[float, float, str]]:
    """Where the texts at the ends of bars begin or end, and which of the two."""
    found = {}
    for attributes, label in TEXT.findall(drawn(shown, width)):
        place = re.search(r"translate\(([-\d.]+),([-\d.]+)\)", attributes)
        anchor = re.search(r'text-anchor="(\w+)"', attributes)
        assert place
        found[label] = (float(place[1]), float(place[2]), anchor[1] if anchor else "start")
    return found


@pytest.mark.parametrize("width", [310, 484, 1030])
def test_texts_of_negative_bars_stand_left_of_them_beside_the_names(width: int) -> None:
    shown = below(horizontal=True)
    layout = lay_out(shown, width)
    found = ends(shown, width)
    for label, value in {"+30.0%": 0.3, "-100.0%": -1.0, "-10.0%": -0.1}.items():
        x, _, anchor = found[label]
        end = layout.scale.share(value) * layout.width
        assert anchor == ("start" if value > 0 else "end")
        assert x == pytest.approx(end + (5 if value > 0 else -5), abs=0.2)
        assert value > 0 or x - text.width(label) > 0
    assert found["-100.0%"][0] - text.width("-100.0%") < 10  # no more room than it needs


def test_texts_of_negative_bars_stand_under_them() -> None:
    shown = below()
    layout = lay_out(shown, 1030)
    assert not layout.horizontal
    found = ends(shown, 1030)
    for label, value in {"+30.0%": 0.3, "-100.0%": -1.0, "-10.0%": -0.1}.items():
        end = (1 - layout.scale.share(value)) * layout.height
        y = found[label][1]
        assert y < end if value > 0 else end + 12 <= y <= layout.height


def test_texts_in_stacks_stay_in_their_parts_below_zero_too() -> None:
    upright = below(horizontal=True, stacking="stacked")
    series = upright.series[0]
    shown = replace(
        upright,
        series=(series, replace(series, label="b", values=(0.2, -0.5, -0.3))),
        options=replace(upright.options, total_labels=True),
    )
    layout = lay_out(shown, 1030)
    found = ends(shown, 1030)
    width = layout.width
    for label, low, high in (("-100.0%", -1.0, 0.0), ("-50.0%", -1.5, -1.0), ("+20.0%", 0.3, 0.5)):
        x, _, anchor = found[label]
        left = x if anchor == "start" else x - text.width(label)
        assert layout.scale.share(low) * width <= left
        assert left + text.width(label) <= layout.scale.share(high) * width
    x, _, anchor = found["-150.0%"]
    assert anchor == "end"
    assert 0 < x - text.width("-150.0%") < x < layout.scale.share(-1.5) * width


def test_lines_are_named_where_they_end_while_there_are_few() -> None:
    assert has_direct_labels(CHARTS["lines"])
    assert not has_direct_labels(CHARTS["many lines"])
    assert not has_direct_labels(CHARTS["one line"])


def drawn(shown: Chart, width: int = 484) -> str:
    layout = lay_out(shown, width)
    return with_overlay(draw(specification(shown, layout), "x"), shown, layout)


def test_references_are_drawn() -> None:
    shown = replace(
        CHARTS["lines"],
        annotations=(
            Annotation("line", y=5000.0, label="Target", color="var(--bad)"),
            Annotation("line", x=date(2024, 6, 1), label="Launch"),
            Annotation("line", x=date(2031, 1, 1), label="Never"),
            Annotation("area", x=date(2024, 2, 1), x2=date(2024, 5, 1), label="Sale"),
        ),
    )
    layout = lay_out(shown, 484)
    assert layout.scale.high >= 5000
    svg = drawn(shown)
    assert svg.count('class="reference"') == 2
    assert svg.count('class="band"') == 1
    for label in ("Target", "Launch", "Sale"):
        assert f">{label}</text>" in svg
    assert "Never" not in svg
    bars = replace(
        CHARTS["bars to the right"], annotations=(Annotation("line", y=50.0, label="Goal"),)
    )
    assert ">Goal</text>" in drawn(bars)


def test_a_reference_lies_where_its_value_does() -> None:
    half = replace(
        CHARTS["lines"],
        options=Options(low=0.0, high=1000.0),
        annotations=(Annotation("line", y=250.0, label="Quarter"),),
    )
    layout = lay_out(half, 484)
    line = re.search(r'<line [^>]*y1="([\d.]+)"[^>]*class="reference"', drawn(half))
    assert line
    assert float(line[1]) == pytest.approx(layout.height * 0.75, abs=0.06)


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


def test_tips_say_everything_about_a_position() -> None:
    assert tip(CHARTS["lines"], 1) == "Month 1\nSeries <0>: €100\nSeries <1>: €400"


def test_stacked_values_stand_on_each_other() -> None:
    assert CHARTS["stacked bars"].totals()[1] == (0, 500.0)
    assert CHARTS["lines"].totals()[1] == (100.0, 400.0)


def test_a_value_without_neighbours_gets_a_dot() -> None:
    lonely = replace(CHARTS["one line"], options=Options())
    lonely = replace(
        lonely, series=(replace(lonely.series[0], values=(None, 5.0, None, *(None,) * 21)),)
    )
    mark = specification(lonely, lay_out(lonely, 484))["layer"][0]["mark"]
    assert mark["point"]["size"] > 0


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


@given(st.lists(st.floats(-50, 250), max_size=8))
def test_labels_spread(positions: list[float]) -> None:
    placed = text.spread(positions, 15, 0, 200)
    ordered = sorted(placed)
    assert all(b - a >= 15 - 1e-6 for a, b in pairwise(ordered))
    assert all(-1e-6 <= place <= 200 + 1e-6 for place in placed)


def test_text_is_shortened_and_wrapped() -> None:
    assert text.shorten("Champions", 200) == "Champions"
    assert text.shorten("Champions of the world", 60).endswith("…")
    assert text.width(text.shorten("W" * 50, 60)) <= 60
    assert text.wrap("Loyal customers", 70) == ["Loyal", "customers"]
    assert text.wrap("Loyal customers", 40) is None


def result(**columns: list[object]) -> QueryResult:
    kinds = {"day": "date", "name": "text"}
    rows = tuple(
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    )
    infos = tuple(ColumnInfo(name, kinds.get(name, "number")) for name in columns)  # type: ignore[arg-type]
    return QueryResult("q", infos, rows)


def test_frames_find_their_columns() -> None:
    data = result(name=["b", "a"], orders=[1, 2], revenue_usd=[3, 4])
    frame = build_frame(data, Wanted(), Formatter())
    assert (frame.x, frame.x_kind) == ("name", "category")
    assert [each.label for each in frame.series] == ["Orders", "Revenue"]
    assert [position.value for position in frame.positions] == ["b", "a"]


def test_frames_sort_categories_by_value_and_time_by_time() -> None:
    data = result(name=["a", "b", "c"], orders=[1, 3, 2])
    frame = build_frame(data, Wanted(sort=True), Formatter())
    assert [position.value for position in frame.positions] == ["b", "c", "a"]
    dated = result(day=[date(2024, 2, 1), date(2024, 1, 1)], orders=[1, 2])
    frame = build_frame(dated, Wanted(sort=True), Formatter())
    assert [position.text for position in frame.positions] == ["Jan 2024", "Feb 2024"]


def test_frames_split_by_series_with_gaps_and_shares() -> None:
    data = result(
        day=[date(2024, 1, 1), date(2024, 1, 1), date(2024, 2, 1)],
        name=["x", "y", "x"],
        n=[1, 3, 5],
    )
    frame = build_frame(data, Wanted(x="day", y=("n",), series="name"), Formatter())
    assert [(each.label, each.values) for each in frame.series] == [("x", (1, 5)), ("y", (3, None))]
    wanted = Wanted(x="day", y=("n",), series="name", shares=True, order=("y",))
    shares = build_frame(data, wanted, Formatter()).series
    assert [(each.label, each.values) for each in shares] == [("y", (0.75, 0)), ("x", (0.25, 1))]


def test_frames_add_up_what_falls_together() -> None:
    data = result(name=["a", "a", None], orders=[1, 2, 5])
    frame = build_frame(data, Wanted(), Formatter())
    assert [position.text for position in frame.positions] == ["a", "(none)"]
    assert frame.series[0].values == (3, 5)


def test_colours_are_of_the_theme_or_plain() -> None:
    assert palette.color("muted") == palette.MUTED
    assert palette.color("series-3") == "var(--series-3)"
    assert palette.color("#a1b2c3") == "#a1b2c3"
    assert palette.color("teal") == "teal"
    assert palette.color("url(http://x)") is None
    assert palette.color("red;background:url(x)") is None


@pytest.mark.parametrize("kind", ["line", "area", "bar"])
def test_sparklines(kind: str) -> None:
    svg = sparkline([1.0, None, 3.0, 2.0], label="a <b>", kind=kind)
    assert ElementTree.fromstring(svg).get("aria-label") == "a <b>"
    assert not re.search(r"nan|inf", svg)
    assert sparkline([1.0], label="x", kind=kind) == ""
