"""A funnel of steps, and a diagram of flows between nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.builder.charts.canvas import INK, Canvas, polyline, short
from reports.builder.charts.text import shorten, width

_STEP = 40.0
_NODE = 12.0
# From column to column, names get so much room at most.
_WIDEST_STEP = 150
_GAP = 14.0


@dataclass(frozen=True)
class Step:
    """A step of a funnel."""

    name: str
    value: float
    text: str
    share: str
    color: str


def draw_funnel(total: float, steps: Sequence[Step], align: str) -> Canvas:
    """Steps under each other, each as wide as its value; their names stand at the left."""
    canvas = Canvas(total, _STEP * len(steps) + 4)
    left = min(max((width(step.name) for step in steps), default=0.0) + 10, total * 0.32)
    room = total - left - max((width(_said(step)) for step in steps), default=0.0) - 10
    room = max(room, 40.0)
    largest = max((step.value for step in steps), default=1.0) or 1.0
    for place, step in enumerate(steps):
        top = place * _STEP + 2
        below = steps[place + 1].value if place + 1 < len(steps) else step.value
        one = _edges(max(step.value, 0) / largest * room, room, align, left)
        two = _edges(max(min(below, step.value), 0) / largest * room, room, align, left)
        shape = [(one[0], top), (one[1], top), (two[1], top + _STEP - 3), (two[0], top + _STEP - 3)]
        canvas.path(polyline(shape, closed=True), fill=step.color, class_="step")
        middle = top + _STEP / 2 + 2
        canvas.text((left - 8, middle), shorten(step.name, left - 10), INK, text_anchor="end")
        canvas.text((left + room + 8, middle), _said(step), INK)
        canvas.hit((left, top), (room, _STEP - 3), f"{step.name}: {_said(step)}")
    return canvas


def _said(step: Step) -> str:
    return f"{step.text} ({step.share})" if step.share else step.text


def _edges(size: float, room: float, align: str, left: float) -> tuple[float, float]:
    size = max(size, 1.0)
    start = {"left": 0.0, "right": room - size}.get(align, (room - size) / 2)
    return left + start, left + start + size


@dataclass(frozen=True)
class Link:
    """A flow from one node to another."""

    source: str
    target: str
    value: float
    text: str


@dataclass(frozen=True)
class Flows:
    """Flows that lead from the left to the right.

    Attributes:
        links: The flows, without circles.
        texts: What is said about each node.
        colors: Of each node.
        height: Of the drawing.
        link_color: `base`, `source` or `target`.
        link_labels: Whether flows carry their text.
    """

    links: Sequence[Link]
    texts: Mapping[str, str]
    colors: Mapping[str, str]
    height: float
    link_color: str = "base"
    link_labels: bool = False

    def draw(self, total: float) -> Canvas:
        """The drawing at a width, or wider where names would have no room in it."""
        layers = _layers(self.links)
        sizes = node_sizes(self.links)
        columns = max(layers.values(), default=0) + 1
        named = max(map(width, self.texts.values()), default=0.0) + _NODE + 12
        total = max(total, (columns - 1) * min(named, _WIDEST_STEP) + _NODE)
        canvas = Canvas(total, self.height + 8)
        step = (total - _NODE) / max(columns - 1, 1)
        places = self._places(layers, sizes, columns)
        scale = self._scale(layers, sizes, columns)
        self._links(canvas, layers, places, (step, scale))
        for name, top in places.items():
            x = layers[name] * step
            size = max(sizes[name] * scale, 1.0)
            canvas.rect((x, top), (_NODE, size), self.colors[name], class_="node")
            last = layers[name] == columns - 1 and columns > 1
            at = (x - 5 if last else x + _NODE + 5, top + size / 2 + 4)
            label = shorten(self.texts[name], step - _NODE - 10)
            canvas.text(
                at, label, INK, text_anchor="end" if last else None, stroke="var(--card)",
                stroke_width="3", paint_order="stroke",
            )  # fmt: skip
            canvas.hit((x, top), (_NODE, size), self.texts[name])
        return canvas

    def _scale(self, layers: Mapping[str, int], sizes: Mapping[str, float], columns: int) -> float:
        """Pixels for one unit, so that the fullest column fits."""
        found: list[float] = []
        for column in range(columns):
            names = [name for name, layer in layers.items() if layer == column]
            amount = sum(sizes[name] for name in names)
            room = max(self.height - _GAP * (len(names) - 1), self.height * 0.3)
            found += [room / amount] if amount else []
        return min(found, default=1.0)

    def _places(
        self, layers: Mapping[str, int], sizes: Mapping[str, float], columns: int
    ) -> dict[str, float]:
        """The top of each node; nodes stand near those that lead to them."""
        scale = self._scale(layers, sizes, columns)
        places: dict[str, float] = {}
        for column in range(columns):
            names = [name for name, layer in layers.items() if layer == column]
            names.sort(key=lambda name: (self._wish(name, places), -sizes[name]))
            used = sum(sizes[name] * scale for name in names)
            gap = (self.height - used) / max(len(names), 1)
            gap = max(min(gap, _GAP * 2), 2.0)
            top = max(0.0, (self.height - used - gap * (len(names) - 1)) / 2)
            for name in names:
                places[name] = top
                top += sizes[name] * scale + gap
        return places

    def _wish(self, name: str, places: Mapping[str, float]) -> float:
        tops = [(places[link.source], link.value) for link in self.links
                if link.target == name and link.source in places]  # fmt: skip
        amount = sum(value for _, value in tops)
        return sum(top * value for top, value in tops) / amount if amount else 0.0

    def _links(
        self,
        canvas: Canvas,
        layers: Mapping[str, int],
        places: Mapping[str, float],
        steps: tuple[float, float],
    ) -> None:
        step, scale = steps
        out, into = dict(places), dict(places)
        ordered = sorted(self.links, key=lambda each: (places[each.source], places[each.target]))
        for link in ordered:
            thick = max(link.value * scale, 0.5)
            start = (layers[link.source] * step + _NODE, out[link.source] + thick / 2)
            end = (layers[link.target] * step, into[link.target] + thick / 2)
            out[link.source] += thick
            into[link.target] += thick
            middle = (start[0] + end[0]) / 2
            curve = (
                f"M{short(start[0])},{short(start[1])}C{short(middle)},{short(start[1])}"
                f" {short(middle)},{short(end[1])} {short(end[0])},{short(end[1])}"
            )
            paint = {"source": self.colors[link.source], "target": self.colors[link.target]}
            canvas.path(
                curve, fill="none", stroke=paint.get(self.link_color, "var(--muted)"),
                stroke_opacity="0.3", stroke_width=short(thick), role="img",
                aria_label=f"{link.source} to {link.target}: {link.text}", class_="flow",
                data_tip=f"{link.source} to {link.target}: {link.text}",
            )  # fmt: skip
            if self.link_labels:
                canvas.text((middle, (start[1] + end[1]) / 2 + 4), link.text, text_anchor="middle")


def node_sizes(links: Sequence[Link]) -> dict[str, float]:
    """How much comes into each node or leaves it, whichever is more."""
    names = dict.fromkeys(name for link in links for name in (link.source, link.target))
    return {
        name: max(
            sum(link.value for link in links if link.source == name),
            sum(link.value for link in links if link.target == name),
        )
        for name in names
    }


def without_circles(links: Sequence[Link]) -> list[Link]:
    """The links, in order, without those that lead back to where others come from."""
    kept: list[Link] = []
    after: dict[str, set[str]] = {}
    for link in links:
        if link.source == link.target or link.source in _reach(link.target, after):
            continue
        after.setdefault(link.source, set()).add(link.target)
        kept.append(link)
    return kept


def _reach(start: str, after: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += after.get(name, ())
    return found


def _layers(links: Sequence[Link]) -> dict[str, int]:
    """How many flows lead at most to each node."""
    layers = dict.fromkeys((name for link in links for name in (link.source, link.target)), 0)
    for _ in range(len(layers)):
        moved = False
        for link in links:
            if layers[link.target] <= layers[link.source]:
                layers[link.target] = layers[link.source] + 1
                moved = True
        if not moved:
            break
    return layers
