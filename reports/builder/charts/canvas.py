"""SVG written shape by shape: for the charts whose geometry Vega-Lite does not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import escape

from reports.builder.charts.text import FONT_SIZE

INK, MUTED, GRID = "var(--ink)", "var(--muted)", "var(--line)"
Point = tuple[float, float]


def short(value: float) -> str:
    """A number of pixels with at most one decimal."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


class Canvas:
    """A drawing of a width and height; everything put on it is escaped."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._shapes: list[str] = []

    def shape(self, tag: str, attributes: Mapping[str, object], content: str = "") -> None:
        """Add an element; attributes that are None are left out, and `_` is written `-`."""
        listed = "".join(
            f' {name.rstrip("_").replace("_", "-")}="{_written(value)}"'
            for name, value in attributes.items()
            if value is not None
        )
        end = f">{escape(content)}</{tag}>" if content else "/>"
        self._shapes.append(f"<{tag}{listed}{end}")

    def rect(self, at: Point, size: Point, fill: str, **more: object) -> None:
        """Add a rectangle; one without an extent is left out."""
        if size[0] > 0 and size[1] > 0:
            corner = {"x": float(at[0]), "y": float(at[1])}
            extent = {"width": float(size[0]), "height": float(size[1])}
            self.shape("rect", corner | extent | {"fill": fill} | more)

    def line(self, start: Point, end: Point, stroke: str = GRID, **more: object) -> None:
        """Add a straight line."""
        places = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
        floats: dict[str, object] = {name: float(value) for name, value in places.items()}
        self.shape("line", floats | {"stroke": stroke} | more)

    def circle(self, at: Point, radius: float, fill: str, **more: object) -> None:
        """Add a dot."""
        place = {"cx": float(at[0]), "cy": float(at[1]), "r": float(radius)}
        self.shape("circle", place | {"fill": fill} | more)

    def path(self, commands: str, **more: object) -> None:
        """Add a path."""
        self.shape("path", {"d": commands} | more)

    def text(self, at: Point, content: str, fill: str = MUTED, **more: object) -> None:
        """Add a line of text; empty text is left out."""
        if content:
            place = {"x": float(at[0]), "y": float(at[1])}
            self.shape("text", place | {"fill": fill} | more, content)

    def hit(self, at: Point, size: Point, tip: str) -> None:
        """Add an invisible area with the text for tooltips and screen readers."""
        self.rect(at, size, INK, role="img", aria_label=tip, class_="hit")

    def add(self, inner: Canvas, left: float, top: float) -> None:
        """Put another drawing into this one."""
        if inner.content():
            place = f'<g transform="translate({short(left)},{short(top)})">'
            self._shapes += [place, *inner._shapes, "</g>"]

    def svg(self, label: str, room: float | None = None) -> str:
        """The whole drawing, as wide as its container.

        Args:
            label: What it shows.
            room: The width it was asked for: a wider drawing keeps its size, to be scrolled.
        """
        least = f";min-width:{round(self.width)}px" if self.wider_than(room) else ""
        return (
            f'<svg viewBox="0 0 {short(self.width)} {short(self.height)}" role="group"'
            f' aria-label="{escape(label)}" style="max-width:{round(self.width * 1.16)}px{least}">'
            f"{self.content()}</svg>"
        )

    def wider_than(self, room: float | None) -> bool:
        """Whether it has to be scrolled in so much room."""
        return room is not None and self.width > room + 1

    def content(self) -> str:
        """The shapes alone."""
        return "".join(self._shapes).replace("\n", "&#10;")


def _written(value: object) -> str:
    return short(value) if isinstance(value, float) else escape(value)


def polyline(points: Iterable[Point], *, closed: bool = False) -> str:
    """The commands of a path through points."""
    body = "L".join(f"{short(x)},{short(y)}" for x, y in points)
    return f"M{body}{'Z' if closed else ''}" if body else ""


__all__ = ["FONT_SIZE", "GRID", "INK", "MUTED", "Canvas", "Point", "polyline", "short"]
