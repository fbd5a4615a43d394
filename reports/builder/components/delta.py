"""<Delta>: a change with its direction, judged by computed signs and never by typed words."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.data.result import number
from reports.builder.formats import MISSING, Format

DELTA_PROPS = (
    Prop("downIsGood", "flag"),
    Prop("neutralMin", "number", default=0.0),
    Prop("neutralMax", "number", default=0.0),
)
_SOME = frozenset("123456789")
_ARROWS = {"up": "▲", "down": "▼", "same": "●"}


@dataclass(frozen=True)
class Judged:
    """A change, ready to be shown.

    Attributes:
        text: Its size, without a sign.
        direction: `up`, `down` or `same`.
        mood: `good`, `bad` or `neutral`.
    """

    text: str
    direction: str
    mood: str

    @property
    def arrow(self) -> str:
        """The sign of the direction."""
        return _ARROWS[self.direction]


def judge(value: object, style: Format, use: Use) -> Judged | None:
    """A change as the reader should see it; None where there is nothing to compare with.

    What is written as 0 is no change, whatever is behind its decimals.
    """
    amount = number(value)
    if amount is None:
        return None
    low, high = use.number("neutralMin") or 0.0, use.number("neutralMax") or 0.0
    text = style.text(abs(amount))
    if low <= amount <= high or (any(map(str.isdigit, text)) and not set(text) & _SOME):
        return Judged(text, "same", "neutral")
    rising = amount > 0
    good = rising != use.flag("downIsGood")
    direction = "up" if rising else "down"
    return Judged(text, direction, "good" if good else "bad")


def _render(use: Use) -> Markup:
    value, column = use.values["value"], use.text("column")
    if isinstance(value, str) and use.values["data"] is not None and use.data.column(value):
        value, column = None, value
    elif isinstance(value, str):
        value = _written(value)
    values: list[object] = []
    if value is None and use.values["data"] is not None:
        column = column or (use.data.column_names or ("",))[0]
        values = use.data.values(column)
        row = int(use.number("row") or 0)
        value = values[row] if row < len(values) else None
    style = use.page.formatter.resolve(use.text("fmt"), column or "", values=values or [value])
    change = judge(value, style, use)
    text = use.text("text") or ""
    if change is None:
        return Markup('<span class="delta neutral">{} {}</span>').format(MISSING, text)
    return use.template(
        "delta.html",
        change=change,
        text=text,
        chip=use.flag("chip"),
        symbol=use.flag("showSymbol"),
        shown=use.flag("showValue"),
    )


def _written(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ComponentError(f"<Delta> value={text!r} is not a number") from error


COMPONENTS = (
    Component(
        "Delta",
        (
            Prop("data", "data"),
            Prop("column", "column"),
            Prop("value", "any"),
            Prop("row", "number", default=0),
            Prop("fmt", "format"),
            Prop("text"),
            Prop("chip", "flag"),
            Prop("showSymbol", "flag", default=True),
            Prop("showValue", "flag", default=True),
            Prop("symbolPosition", "ignored"),
            *DELTA_PROPS,
        ),
        _render,
        block=False,
    ),
)
