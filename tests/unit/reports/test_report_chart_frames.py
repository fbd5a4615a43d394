from __future__ import annotations

from datetime import date

from reports.builder.charts.frame import Wanted, build_frame
from reports.builder.data.result import ColumnInfo, QueryResult
from reports.builder.formats import Formatter


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


def test_a_column_may_be_drawn_twice_and_is_told_once() -> None:
    data = result(name=["a", "b"], orders=[4, 1], people=[100, 25])
    wanted = Wanted(y=("orders",), marks={"orders": ("bar", "point")}, sizes={"orders": "people"})
    first, again = build_frame(data, wanted, Formatter()).series
    assert (first.mark, again.mark) == ("bar", "point")
    assert (first.again, again.again) == (False, True)
    assert first.sizes is None
    assert again.sizes
    assert (again.sizes.label, again.sizes.values) == ("People", (100, 25))
    assert again.sizes.largest == 100
