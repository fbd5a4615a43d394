"""Messages of Airbyte's protocol, and what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import orjson

# What connectors say when they do not know what to say; then the internal message is better.
GENERIC = "Something went wrong in the connector"
Json = dict[str, Any]


class Trouble(Exception):  # noqa: N818
    """Why a source cannot be taken: what happened, of which stream, and of which kind."""

    def __init__(self, cause: str, *, kind: str = "protocol", stream: str | None = None) -> None:
        super().__init__(cause)
        self.cause, self.kind, self.stream = cause, kind, stream


def parsed(line: bytes) -> Json | None:
    """A message; None for lines that programs print between messages."""
    if not line.startswith(b"{") and b'"type"' not in line:
        return None
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            message = json.loads(line)
        except ValueError:
            raise Trouble("the connector wrote a damaged message") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Trouble("the connector wrote something that is no message of the protocol")
    return message


def reported(errors: list[Json]) -> Trouble:
    """The first error that says something, with the stream that any of them names."""
    told = next((error for error in errors if error.get("message")), {})
    named = (error.get("stream_descriptor") or {} for error in [told, *errors])
    stream = next((found["name"] for found in named if found.get("name")), None)
    cause = told.get("message") or "the connector says that the stream is incomplete"
    if GENERIC in cause:
        cause = told.get("internal_message") or cause
    return Trouble(cause, kind=told.get("failure_type") or "system_error", stream=stream)
