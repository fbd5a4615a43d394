"""The words on each page of a PDF as Chromium writes it: enough to see what stands together."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\s(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_PAGE = re.compile(rb"/Type /Page\b")
_FONT = re.compile(rb"/(F\d+) (\d+) 0 R")
# Which font comes next; then glyphs by their numbers, four hexadecimal digits each.
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>")
_ONE = re.compile(r"<(\w+)> <(\w+)>\n")
_SPAN = re.compile(r"<(\w+)> <(\w+)> <(\w+)>\n")


def page_texts(pdf: bytes) -> list[str]:
    """What is written on each page, without spaces, in the order in which it is drawn."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    return ["".join(_text(body, objects)) for body in objects.values() if _PAGE.search(body)]


def _text(page: bytes, objects: dict[int, bytes]) -> Iterator[str]:
    fonts = {name: _letters(int(at), objects) for name, at in _FONT.findall(page)}
    letters: dict[int, str] = {}
    for name, glyphs in _SHOWN.findall(_stream(objects[_reference(page, "Contents")])):
        if name:
            letters = fonts[name]
        numbers = (int(glyphs[at : at + 4], 16) for at in range(0, len(glyphs), 4))
        yield "".join(letters[number] for number in numbers).replace(" ", "")


def _letters(font: int, objects: dict[int, bytes]) -> dict[int, str]:
    """The letters of a font by the numbers of their glyphs."""
    table = _stream(objects[_reference(objects[font], "ToUnicode")]).decode()
    found: dict[int, str] = {}
    for kind, rows in re.findall(r"beginbf(char|range)\n(.*?)endbf", table, re.DOTALL):
        spans = (
            _SPAN.findall(rows) if kind == "range" else [(a, a, b) for a, b in _ONE.findall(rows)]
        )
        for first, last, letter in spans:
            start = int(first, 16)
            for number in range(start, int(last, 16) + 1):
                found[number] = chr(int(letter, 16) + number - start)
    return found


def _reference(body: bytes, name: str) -> int:
    match = re.search(rf"/{name} (\d+) 0 R".encode(), body)
    assert match, f"no {name}"
    return int(match[1])


def _stream(body: bytes) -> bytes:
    match = _STREAM.search(body)
    assert match
    return zlib.decompress(match[1])
