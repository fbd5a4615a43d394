"""From a delivery's body to lines of a segment: one JSON text per event, kept as it was sent."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from ingest.webhooks.senders import Sender

SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Named:
    """What the headers of a delivery say about its events."""

    event_type: str | None
    event_id: str | None


def lines_of(body: bytes, sender: Sender, named: Named, received_at: datetime) -> list[bytes]:
    """The lines to be stored for a body: one event, an array of events, or one event per line.

    Raises:
        ValueError: If it is none of these.
    """
    moment = received_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    events = list(_events(body.decode("utf-8-sig")))
    return [
        _line(event, text, sender, named, moment, f":{number}" if len(events) > 1 else "")
        for number, (event, text) in enumerate(events, 1)
    ]


def _line(
    event: dict[str, Any], text: str, sender: Sender, named: Named, moment: str, suffix: str
) -> bytes:
    # A line break is only space here: inside a JSON string it is written as \n.
    text = text.replace("\r", " ").replace("\n", " ")
    event_type = named.event_type or _field(event, sender.type_field)
    event_id = named.event_id + suffix if named.event_id else _field(event, sender.id_field)
    event_id = event_id or hashlib.sha256(text.encode()).hexdigest()[:32]
    head = json.dumps({"event_id": event_id, "event_type": event_type, "received_at": moment})
    return f'{head[:-1]}, "body": {text}}}\n'.encode()


def _field(event: dict[str, Any], path: str | None) -> str | None:
    value: Any = event
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _events(text: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Each event with the text it was written in."""
    start = _skip(text, 0)
    if start == len(text):
        raise ValueError("the body is empty")
    for event, written in _array(text, start) if text[start] == "[" else _sequence(text, start):
        if not isinstance(event, dict):
            raise ValueError("an event is not a JSON object")
        yield event, written


def _sequence(text: str, position: int) -> Iterator[tuple[Any, str]]:
    """Values that follow each other."""
    while position < len(text):
        value, end = _decode(text, position)
        yield value, text[position:end]
        position = _skip(text, end)


def _array(text: str, position: int) -> Iterator[tuple[Any, str]]:
    """The elements of an array."""
    position = _skip(text, position + 1)
    closed = text.startswith("]", position)
    while not closed:
        value, end = _decode(text, position)
        yield value, text[position:end]
        position = _skip(text, end)
        closed = text.startswith("]", position)
        if not closed and not text.startswith(",", position):
            raise ValueError(f"expected , or ] at character {position}")
        position = position if closed else _skip(text, position + 1)
    if _skip(text, position + 1) != len(text):
        raise ValueError(f"more text after the array, at character {position + 1}")


def _skip(text: str, position: int) -> int:
    found = SPACE.match(text, position)
    return found.end() if found else position


def _decode(text: str, position: int) -> tuple[Any, int]:
    try:
        return DECODER.raw_decode(text, position)
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


# Numbers stay as they are written: no value is computed here, only found.
DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse)
