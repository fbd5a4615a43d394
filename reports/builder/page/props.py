"""Reading the props of a tag: quoted, unquoted, bare, and `{expression}`."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from reports.builder.expressions.parser import closing_brace
from reports.builder.notices import PageSyntaxError
from reports.builder.page.nodes import Code, PropValue

_NAME = re.compile(r"[\w:@.-]+")
_SPACE = re.compile(r"(?:\s|,|//[^\n]*\n|/\*.*?\*/)+", re.DOTALL)
_BARE_VALUE = re.compile(r"(?!/?>)[^\s>{}\"'`]+?(?=\s|/?>|$)")


@dataclass(frozen=True)
class Tag:
    """An opening tag: its props, where it ends, and whether it closes itself."""

    props: tuple[PropValue, ...]
    end: int
    closed: bool


def read_tag(text: str, start: int, line: int, name: str) -> Tag:
    """The props of a tag whose name ends at `start`.

    Raises:
        PageSyntaxError: If the tag has no end or a prop no value.
    """
    props: list[PropValue] = []
    position = start
    while True:
        position = _skip_space(text, position)
        here = line + text.count("\n", start, position)
        if text.startswith("/>", position):
            return Tag(tuple(props), position + 2, closed=True)
        if text.startswith(">", position):
            return Tag(tuple(props), position + 1, closed=False)
        if position >= len(text):
            raise PageSyntaxError(f"<{name} has no closing '>'", line)
        prop, position = _read_prop(text, position, here, name)
        props.append(prop)


def interpolate(text: str, line: int) -> tuple[str | Code | bool, ...]:
    """The parts of a quoted value: `Sales of {year}` has a text and an expression."""
    parts: list[str | Code | bool] = []
    position = 0
    while (opening := text.find("{", position)) >= 0:
        closing = closing_brace(text, opening + 1)
        if closing < 0:
            break
        if opening > position:
            parts.append(html.unescape(text[position:opening]))
        parts.append(Code(text[opening + 1 : closing], "expression", line))
        position = closing + 1
    if position < len(text) or not parts:
        parts.append(html.unescape(text[position:]))
    return tuple(parts)


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _read_prop(text: str, position: int, line: int, tag: str) -> tuple[PropValue, int]:
    if text[position] == "{":  # the form {name}, short for name={name}
        closing = closing_brace(text, position + 1)
        inner = text[position + 1 : closing].strip() if closing > 0 else ""
        if not inner.isidentifier():
            raise PageSyntaxError(f"<{tag}: cannot read the prop {{{inner[:40]}}}", line)
        return PropValue(inner, (Code(inner, "expression", line),), line), closing + 1
    match = _NAME.match(text, position)
    if match is None:
        raise PageSyntaxError(f"<{tag}: unexpected {text[position]!r}", line)
    name, position = match.group(), match.end()
    equals = _skip_space(text, position)
    if not text.startswith("=", equals):
        return PropValue(name, (True,), line), position
    parts, position = _read_value(text, _skip_space(text, equals + 1), line, f"<{tag} {name}")
    return PropValue(name, parts, line), position


def _read_value(
    text: str, position: int, line: int, where: str
) -> tuple[tuple[str | Code | bool, ...], int]:
    opening = text[position : position + 1]
    if opening == "{":
        closing = closing_brace(text, position + 1)
        if closing < 0:
            raise PageSyntaxError(f"{where}=: '{{' without '}}'", line)
        return (Code(text[position + 1 : closing], "expression", line),), closing + 1
    if opening in ("'", '"', "`"):
        closing = text.find(opening, position + 1)
        if closing < 0:
            raise PageSyntaxError(f"{where}=: the quote is not closed", line)
        return interpolate(text[position + 1 : closing], line), closing + 1
    match = _BARE_VALUE.match(text, position)
    if match is None:
        raise PageSyntaxError(f"{where}=: the value is missing", line)
    return (html.unescape(match.group().rstrip(",")),), match.end()
