"""Charts of a built page as PNG, for mail programs that show no SVG."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import escape

from reports.builder.documents.tree import Element

_VARIABLE = re.compile(r"var\((--[\w-]+)\)")
_DEFINED = re.compile(r"(--[\w-]+):([^;}]+)")
_SCALE = 2.0
_FONT = "Arial, Liberation Sans, sans-serif"
_UNKNOWN = "#586373"
# HTML has no capitals in names, SVG has.
_NAMES = {
    "viewbox": "viewBox",
    "preserveaspectratio": "preserveAspectRatio",
    "clippath": "clipPath",
    "lineargradient": "linearGradient",
}


def palette_of(html: str) -> dict[str, str]:
    """The colours of a page's theme, in the light."""
    style = html.partition("<style>")[2].partition("@media")[0]
    return dict(_DEFINED.findall(style))


def filled(text: str, palette: Mapping[str, str]) -> str:
    """A style with its colours written out."""
    return _VARIABLE.sub(lambda match: palette.get(match[1], _UNKNOWN), text)


def png_of(svg: Element, palette: Mapping[str, str]) -> bytes:
    """A drawing as PNG, twice as large as it is shown."""
    import vl_convert

    _, _, width, height = svg.attributes.get("viewbox", "0 0 640 300").split()
    kept = {name: svg.attributes[name] for name in ("viewbox",) if name in svg.attributes}
    size = {"xmlns": "http://www.w3.org/2000/svg", "width": width, "height": height}
    font = {"font-family": _FONT, "font-size": "12"}
    text = _svg(Element("svg", {**kept, **size, **font}, svg.children))
    found: bytes = vl_convert.svg_to_png(filled(text, palette), scale=_SCALE)
    return found


def _svg(element: Element) -> str:
    if "hit" in element.classes:
        return ""
    attributes = "".join(
        f' {_NAMES.get(name, name)}="{escape(value)}"' for name, value in element.attributes.items()
    )
    inner = "".join(
        str(escape(child)) if isinstance(child, str) else _svg(child) for child in element.children
    )
    tag = _NAMES.get(element.tag, element.tag)
    return f"<{tag}{attributes}>{inner}</{tag}>"
