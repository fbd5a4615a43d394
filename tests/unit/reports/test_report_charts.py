from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import altair
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.builder.charts import palette, text
from reports.builder.charts.annotations import Annotation
from reports.builder.charts.layout import has_direct_labels, lay_out
from reports.builder.charts.model import Chart, Options, Position
from reports.builder.charts.sparkline import sparkline
from reports.builder.charts.svg import draw
from reports.builder.charts.vega import specification, tip
from reports.builder.formats import Format
from tests.support.chart_samples import CHARTS, chart, drawn


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


def test_names_that_do_not_fit_lay_the_bars_down() -> None:
    upright = chart("bar", "category", count=1)
    assert not lay_out(upright, 640).horizontal
    crowded = replace(
        upright,
        positions=tuple(Position(str(n), f"A rather long name {n}") for n in range(9)),
        series=(replace(upright.series[0], values=(1.0,) * 9),),
    )
    assert lay_out(crowded, 484).horizontal


def test_long_names_beside_bars_take_two_lines_and_stay_whole() -> None:
    names = ("Free delivery week number 21", "Late delivery week number 19", "Short")
    lying = replace(
        chart("bar", "category", count=1, horizontal=True),
        positions=tuple(Position(name, name) for name in names),
    )
    lines = [tick.lines for tick in lay_out(lying, 310).x_ticks]
    assert [" ".join(each) for each in lines] == list(names)
    assert len(lines[0]) == 2
    svg = drawn(lying, 310)
    assert all(line in svg for each in lines for line in each)
    first, second, alone = (
        float(re.findall(rf'translate\([-\d.]+,([-\d.]+)\)"[^>]*>(?:<tspan[^>]*>)?{line}<', svg)[0])
        for line in (lines[0][0], lines[1][0], lines[2][0])
    )
    # Two lines stand around the middle of their bar: they begin half a line higher than one.
    assert (alone - second) - (second - first) == pytest.approx(13 / 2, abs=1)


def test_names_that_differ_at_their_ends_are_not_shortened_to_the_same() -> None:
    names = ["intermediate_customer_days", "intermediate_customer_months", "Other"]
    found = text.distinct(names, 100)
    assert len(set(found)) == 3
    assert all(text.width(name) <= 100 for name in found)
    assert found[0].endswith("days")
    assert found[1].endswith("months")
    assert text.distinct(["Same", "Same"], 100) == ["Same", "Same"]
    assert text.distinct(["W" * 20, "W" * 21], 5) == ["…", "…"]


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
    # An arrow is an em wide in the fonts of charts: names with one would else be cut.
    assert text.width("Bakery → Dairy") == text.width("Bakery Dairy") + text.width(" ") + 12


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
