"""Flows of many stages keep room for their names: on a phone they are scrolled, not cut."""

from __future__ import annotations

from itertools import pairwise

from reports.builder.charts.flow import Flows, Link


def stages(count: int) -> Flows:
    """A chain of so many nodes with names."""
    names = [f"Stage: sales {number}" for number in range(count)]
    links = [Link(*pair, 10.0, "10") for pair in pairwise(names)]
    return Flows(links, {name: name for name in names}, dict.fromkeys(names, "#123456"), 300)


def test_many_stages_are_wider_than_a_phone_and_their_names_whole() -> None:
    flows = stages(7)
    drawn = flows.draw(330)
    assert drawn.wider_than(330)
    svg = drawn.svg("Flow", 330)
    assert f"min-width:{round(drawn.width)}px" in svg
    assert "…" not in svg
    assert all(f">{name}</text>" in svg for name in flows.texts)


def test_few_stages_take_the_room_there_is() -> None:
    drawn = stages(2).draw(330)
    assert drawn.width == 330
    assert "min-width" not in drawn.svg("Flow", 330)
    assert not stages(7).draw(1030).wider_than(1030)
