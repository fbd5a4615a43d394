"""<USMap>, <AreaMap>, <PointMap>, <BubbleMap> and <BaseMap>: drawn when the page is built."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from markupsafe import Markup

from reports.builder.charts import palette
from reports.builder.charts.figure import Caption, Drawn, drawn_figure
from reports.builder.charts.maps import Area, Earth, Spot, States, rings_of
from reports.builder.charts.shade import READABLE, Shades
from reports.builder.charts.us_states import NAMES, state_code
from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.chart_props import CAPTION_PROPS, FOREIGN_PROPS, paint
from reports.builder.components.empty import EMPTY_PROPS, empty
from reports.builder.components.heat import shades_of
from reports.builder.data.result import Row, number
from reports.builder.expressions.functions import text_of
from reports.builder.formats import Format
from reports.builder.inputs.model import Input, Whatever

_MAX_BYTES = 20_000_000


def _us_map(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    column, value = use.text("state") or "", use.text("value") or ""
    style = use.format(use.text("fmt") or use.text("valueFmt"), value)
    values: dict[str, float] = {}
    unknown: list[str] = []
    for row in use.data.rows:
        code, amount = state_code(text_of(row.get(column))), number(row.get(value))
        if code is None:
            unknown.append(text_of(row.get(column)))
        elif amount is not None:
            values[code] = values.get(code, 0.0) + amount
    if unknown:
        use.warn(f"does not know the states {', '.join(map(repr, unknown[:5]))}")
    if not values:
        return _table(use, [column, value])
    states = States(
        values=values,
        tips={code: f"{NAMES[code]}: {style.text(amount)}" for code, amount in values.items()},
        shades=shades_of(use, list(values.values()), READABLE),
        style=style,
        legend=use.flag("legend"),
    )
    drawn = Drawn(
        draw=states.draw,
        label=f"Map of {len(values)} states, from {style.text(min(values.values()))}"
        f" to {style.text(max(values.values()))}",
        heads=[use.page.formatter.title(column), use.page.formatter.title(value)],
        rows=[[NAMES[code], style.text(values[code])] for code in sorted(values)],
    )
    return _figure(use, drawn)


def _area_map(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    areas, shades, style = _areas(use)
    heads = [name for name in (use.text("areaCol"), use.text("value")) if name]
    if not areas:
        return _table(use, heads)
    earth = Earth(areas=areas, height=_height(use), shades=_legend(use, shades), style=style)
    return _figure(use, _drawn(use, earth, f"Map of {len(areas)} areas", heads))


def _areas(use: Use) -> tuple[list[Area], Shades | None, Format]:
    """The areas of the file with the colours of the values, and what explains them."""
    value = use.text("value")
    style = use.format(use.text("valueFmt"), value) if value else Format("#,##0")
    column, key = use.text("areaCol") or "", use.text("geoId") or ""
    rows = {text_of(row.get(column)): row for row in use.data.rows}
    numbers = [n for row in use.data.rows if (n := number(row.get(value or ""))) is not None]
    shades = shades_of(use, numbers) if numbers else None
    found: list[Area] = []
    for feature in _features(use):
        properties = feature.get("properties")
        name = text_of(properties.get(key)) if isinstance(properties, Mapping) else ""
        row = rows.get(name)
        amount = number(row.get(value or "")) if row else None
        color = "var(--line)" if row is None else paint(use, "color", "var(--series-1)")
        if shades and amount is not None:
            color = shades.color(amount)
        said = f"{name}: {style.text(amount)}" if value else name
        if rings := rings_of(feature.get("geometry")):
            found.append(Area(rings, color, said))
    return found, shades, style


def _features(use: Use) -> list[Mapping[str, object]]:
    """The shapes of the file that a page names; none, with a warning, if it cannot be had."""
    path = use.text("geoJsonUrl") or ""
    folder = use.page.images.folder.resolve()
    file = (folder / path.lstrip("/")).resolve()
    if "://" in path or not file.is_relative_to(folder) or not file.is_file():
        use.warn(f"has no map: '{path}' is not a file of static/, so its data are shown as a table")
        return []
    if file.stat().st_size > _MAX_BYTES:
        use.warn(f"has no map: '{path}' is larger than 20 MB, so its data are shown as a table")
        return []
    try:
        found = json.loads(file.read_text("utf-8"))
    except (ValueError, OSError):
        found = None
    features = found.get("features") if isinstance(found, Mapping) else None
    if not isinstance(features, list):
        use.warn(f"has no map: '{path}' is not GeoJSON, so its data are shown as a table")
        return []
    return [each for each in features if isinstance(each, Mapping)]


def _point_map(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    spots, shades, style = _spots(use)
    names = ("pointName", "value", "size", "lat", "long")
    heads = [use.text(n) or "" for n in names if use.component.prop(n) and use.text(n)]
    heads = list(dict.fromkeys(heads))
    if not spots:
        return _table(use, heads)
    earth = Earth(spots=spots, height=_height(use), shades=_legend(use, shades), style=style)
    return _figure(use, _drawn(use, earth, f"Map of {len(spots)} places", heads))


def _spots(use: Use) -> tuple[list[Spot], Shades | None, Format]:
    value, size = use.text("value"), use.text("size") if use.component.prop("sizeFmt") else None
    style = use.format(use.text("valueFmt"), value) if value else Format("#,##0")
    numbers = [n for row in use.data.rows if (n := number(row.get(value or ""))) is not None]
    shades = shades_of(use, numbers, weakest=35.0) if numbers else None
    sizes = [abs(number(row.get(size or "")) or 0.0) for row in use.data.rows]
    largest = max(sizes, default=1.0)
    most = min(use.number("maxSize") or 20.0, 60.0) if size else 0.0
    plain = 5.0 if size else min(use.number("size") or 5.0, 40.0)
    spots: list[Spot] = []
    for row in use.data.rows:
        latitude = number(row.get(use.text("lat") or ""))
        longitude = number(row.get(use.text("long") or ""))
        if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 360:
            continue
        share = abs(number(row.get(size)) or 0.0) / (largest or 1.0) if size else 0.0
        amount = number(row.get(value or ""))
        color = paint(use, "color", palette.SERIES[0])
        if shades and amount is not None:
            color = shades.color(amount)
        radius = max(2.0, most * math.sqrt(share)) if size else plain
        spots.append(Spot((longitude, latitude), radius, color, _said(use, row)))
    if len(spots) < len(use.data.rows):
        use.warn(
            f"leaves out {len(use.data.rows) - len(spots)} rows without latitude and longitude"
        )
    return spots, shades, style


def _said(use: Use, row: Row) -> str:
    lines = [text_of(row.get(use.text("pointName") or ""))]
    for prop, fmt in (("value", "valueFmt"), ("size", "sizeFmt")):
        name = use.text(prop) if use.component.prop(fmt) else None
        if name and name in row:
            title = use.page.formatter.title(name)
            lines.append(f"{title}: {use.format(use.text(fmt), name).text(row.get(name))}")
    return "\n".join(line for line in lines if line) or "Place"


def _base_map(use: Use) -> Markup:
    areas: list[Area] = []
    spots: list[Spot] = []
    rows: list[list[str]] = []
    for part in use.parts("Areas"):
        areas += _areas(part)[0]
    for name in ("Points", "Bubbles"):
        for part in use.parts(name):
            found = _spots(part)[0]
            spots += found
            rows += [[spot.tip.replace("\n", ", ")] for spot in found]
    if not areas and not spots:
        raise ComponentError("<BaseMap> needs <Areas>, <Points> or <Bubbles> inside, with data")
    rows += [[area.tip] for area in areas]
    earth = Earth(areas=areas, spots=spots, height=_height(use))
    label = f"Map of {len(areas) + len(spots)} places and areas"
    return _figure(use, Drawn(draw=earth.draw, label=label, heads=["Place"], rows=rows))


def _drawn(use: Use, earth: Earth, label: str, heads: list[str]) -> Drawn:
    styles = {head: use.format(None, head) for head in heads}
    return Drawn(
        draw=earth.draw,
        label=label,
        heads=[use.page.formatter.title(head) for head in heads],
        rows=[[styles[head].text(row.get(head)) for head in heads] for row in use.data.rows],
    )


def _figure(use: Use, drawn: Drawn) -> Markup:
    caption = Caption(use.text("title") or "", use.text("subtitle") or "", "")
    return drawn_figure(drawn, caption, use.page.columns, use.page.templates)


def _table(use: Use, columns: list[str]) -> Markup:
    """The data of a map that cannot be drawn."""
    titles = use.page.formatter.title
    return use.template(
        "plain_table.html",
        title=use.text("title") or "",
        heads=[titles(name) for name in columns],
        rows=[
            [use.format(None, name).text(row.get(name)) for name in columns]
            for row in use.data.rows
        ],
    )


def _legend(use: Use, shades: Shades | None) -> Shades | None:
    return shades if use.flag("legend") else None


def _height(use: Use) -> float:
    return max(80.0, min(use.number("height") or 300.0, 2000.0))


def _as_input(use: Use, chosen: object) -> Input:
    del chosen
    name = use.text("name") or ""
    return Input(name, name, None, (), (), Whatever(), "everything", use.node.line)


_VALUES = (
    Prop("data", "data", required=True),
    Prop("value", "column"),
    Prop("valueFmt", "format"),
    Prop("colorPalette", "any"),
    Prop("colorScale", "any"),
    Prop("color", "any"),
    Prop("min", "number"),
    Prop("max", "number"),
    Prop("name"),
    *(
        Prop(each, "ignored")
        for each in (
            *("tooltip", "tooltipType", "showTooltip", "link", "opacity", "borderWidth"),
            *("borderColor", "selectedColor", "selectedOpacity", "selectedBorderColor"),
            *("selectedBorderWidth", "ignoreZoom", "legendType", "legendPosition", "basemap"),
            *("startingLat", "startingLong", "startingZoom", "attribution", "linkLabel"),
        )
    ),
)
_FRAME = (
    *CAPTION_PROPS,
    Prop("height", "number", default=300.0),
    Prop("legend", "flag", default=True),
    *EMPTY_PROPS,
    *FOREIGN_PROPS,
)
_AREAS = (
    Prop("geoJsonUrl", required=True),
    Prop("areaCol", "column", required=True),
    Prop("geoId", required=True),
)
_PLACES = (
    Prop("lat", "column", required=True),
    Prop("long", "column", required=True),
    Prop("pointName", "column"),
)
_SIZES = (
    Prop("size", "column", required=True),
    Prop("sizeFmt", "format"),
    Prop("maxSize", "number", default=20.0),
)

COMPONENTS = (
    Component(
        "USMap",
        (
            *_VALUES,
            *_FRAME,
            Prop("state", "column", required=True),
            Prop("fmt", "format"),
            Prop("abbreviations", "ignored"),
            Prop("filter", "ignored"),
        ),
        _us_map,
    ),
    Component("AreaMap", (*_VALUES, *_AREAS, *_FRAME), _area_map, read_input=_as_input),
    Component(
        "PointMap",
        (*_VALUES, *_PLACES, *_FRAME, Prop("size", "number"), Prop("shape", "ignored")),
        _point_map,
        read_input=_as_input,
    ),
    Component(
        "BubbleMap", (*_VALUES, *_PLACES, *_SIZES, *_FRAME), _point_map, read_input=_as_input
    ),
    Component(
        "BaseMap",
        (
            *_FRAME,
            *(
                Prop(each, "ignored")
                for each in (
                    "basemap",
                    "startingLat",
                    "startingLong",
                    "startingZoom",
                    "attribution",
                )
            ),
        ),
        _base_map,
        parts=("Areas", "Points", "Bubbles"),
    ),
    Component("Areas", (*_VALUES, *_AREAS), None),
    Component("Points", (*_VALUES, *_PLACES, Prop("size", "number")), None),
    Component("Bubbles", (*_VALUES, *_PLACES, *_SIZES), None),
)
