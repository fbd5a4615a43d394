"""Charts of every kind, made up."""

from __future__ import annotations

from datetime import date

from reports.builder.charts import palette
from reports.builder.charts.layout import lay_out
from reports.builder.charts.model import Chart, ChartKind, Options, Position, Series
from reports.builder.charts.overlay import with_overlay
from reports.builder.charts.svg import draw
from reports.builder.charts.vega import specification
from reports.builder.formats import Format

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


def drawn(shown: Chart, width: int = 484) -> str:
    layout = lay_out(shown, width)
    return with_overlay(draw(specification(shown, layout), "x"), shown, layout)
