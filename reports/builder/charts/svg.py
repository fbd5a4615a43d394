"""From a specification to a small SVG: drawn by vl-convert, stripped of what no page needs."""

from __future__ import annotations

import json
import math
import re
from typing import Any
from xml.etree import ElementTree

from reports.builder.charts.ticks import FURTHEST

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_DROPPED = frozenset(
    [
        "class",
        "role",
        "aria-roledescription",
        "aria-hidden",
        "pointer-events",
        "stroke-miterlimit",
        "font-family",
        "version",
    ]
)
_DEFAULTS = {"opacity": "1", "stroke-opacity": "1", "fill-opacity": "1", "font-size": "12px"}
_NUMBER = re.compile(r"-?\d+\.\d{2,}")


def draw(specification: dict[str, Any], label: str) -> str:
    """An SVG of a Vega-Lite specification, as wide as its container, in the colours of the page.

    Args:
        specification: Vega-Lite.
        label: What the chart shows, for screen readers.
    """
    import vl_convert

    source = vl_convert.vegalite_to_svg(_json(specification), vl_version="6.1")
    # The text comes from our own renderer, so the parser's weaknesses cannot be used against it.
    root = ElementTree.fromstring(source)  # noqa: S314
    width, height = root.get("width", "0"), root.get("height", "0")
    body = "".join(_write(child) for child in root)
    name = _escape(label)
    return (
        f'<svg viewBox="0 0 {_short(width)} {_short(height)}" role="group" aria-label="{name}"'
        f' style="max-width:{round(float(width) * 1.16)}px">{body}</svg>'
    )


def _json(specification: dict[str, Any]) -> str:
    try:
        return json.dumps(specification, allow_nan=False)
    except ValueError:  # sums of the largest numbers there are
        return json.dumps(_finite(specification))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else math.copysign(FURTHEST, value)
    return value


def _write(element: ElementTree.Element) -> str:
    tag = element.tag.removeprefix(_NAMESPACE)
    if _is_invisible(element, tag):
        return ""
    attributes = _attributes(element)
    inner = "".join(_write(child) for child in element)
    text = _escape(element.text or "") if tag in ("text", "tspan") else ""
    if tag == "g":
        if not inner:
            return ""
        if not attributes or attributes == {"transform": "translate(0,0)"}:
            return inner
    if tag in ("text", "tspan"):
        inner += "".join(_escape(child.tail or "") for child in element if child.tail)
    listed = "".join(f' {name}="{_escape(value)}"' for name, value in attributes.items())
    content = text + inner
    return f"<{tag}{listed}>{content}</{tag}>" if content else f"<{tag}{listed}/>"


def _is_invisible(element: ElementTree.Element, tag: str) -> bool:
    if tag == "defs" or element.get("display") == "none":
        return True
    if element.get("class") in ("background", "foreground"):
        return True
    return tag == "path" and not element.get("d")


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    described = element.get("aria-label") if element.get("aria-hidden") != "true" else None
    kept = {
        name: _NUMBER.sub(lambda match: _short(match.group()), value)
        for name, value in element.attrib.items()
        if name not in _DROPPED and name != "aria-label" and _DEFAULTS.get(name) != value
    }
    if described:
        kept |= {"role": "img", "aria-label": described, "class": "hit"}
        kept.pop("opacity", None)
    return kept


def _short(number: str) -> str:
    return f"{float(number):.1f}".removesuffix(".0").replace("-0.0", "0")


def _escape(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace('"', "&quot;").replace("\n", "&#10;")
