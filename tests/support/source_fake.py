#!/usr/bin/env python3
"""A connector that replays what its configuration says, well or badly; plain Python, no packages.

Configuration: {"streams": {NAME: {"schema": {...}, "cursor": FIELD, "records": [...]}}, "then":
what happens after the first record}. A stream with a cursor delivers the records from its state on;
`"count": N` repeats the first record with ids 0 to N - 1.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any


def emit(**message: Any) -> None:
    print(json.dumps(message))


def status(name: str, value: str) -> None:
    told = {"stream_descriptor": {"name": name}, "status": value}
    emit(type="TRACE", trace={"type": "STREAM_STATUS", "emitted_at": 0, "stream_status": told})


def catalog(streams: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "json_schema": {"type": "object", "properties": stream.get("schema", {})},
            "supported_sync_modes": ["full_refresh"]
            + (["incremental"] if stream.get("cursor") else []),
            "source_defined_cursor": bool(stream.get("cursor")),
            "default_cursor_field": [stream["cursor"]] if stream.get("cursor") else [],
        }
        for name, stream in streams.items()
    ]


def misbehave(how: str | None, name: str, password: str) -> None:
    """What goes wrong in the middle of a stream."""
    sys.stdout.flush()
    if how == "exit 0":
        sys.exit(0)
    elif how == "exit 1":
        print("Traceback: out of cheese", file=sys.stderr, flush=True)
        sys.exit(1)
    elif how in ("term", "kill"):
        os.kill(os.getpid(), signal.SIGTERM if how == "term" else signal.SIGKILL)
        time.sleep(10)
    elif how == "error":
        said = f"the upstream broke with password {password}"
        error: dict[str, Any] = {"message": said, "failure_type": "transient_error"}
        error["stream_descriptor"] = {"name": name}
        emit(type="TRACE", trace={"type": "ERROR", "emitted_at": 0, "error": error})
    elif how == "half a message":
        print('{"type": "RECORD", "record": {"str', flush=True)
    elif how == "wrong state":
        emit(type="STATE", state={"type": "GLOBAL", "global": {"stream_states": []}})
    elif how == "noise":
        print("WARNING this is { no message", flush=True)
    elif how == "wait":
        time.sleep(60)


def read(config: dict[str, Any], wanted: dict[str, str], states: dict[str, Any]) -> None:
    for name, stream in config["streams"].items():
        if name not in wanted:
            continue
        cursor = stream.get("cursor") if wanted[name] == "incremental" else None
        start = states.get(name, {}).get(cursor, "") if cursor else ""
        records = stream.get("records", [])
        if stream.get("count"):
            records = [{**records[0], "id": str(number)} for number in range(stream["count"])]
        records = [r for r in records if not cursor or r[cursor] >= start]
        for number, record in enumerate(records):
            if number == 1:
                misbehave(config.get("then"), name, config.get("password", ""))
            emit(type="RECORD", record={"stream": name, "emitted_at": 0, "data": record})
        if cursor:
            reached = max([start, *(record[cursor] for record in records)])
            place = {"stream_descriptor": {"name": name}, "stream_state": {cursor: reached}}
            emit(type="STATE", state={"type": "STREAM", "stream": place})
        status(name, "INCOMPLETE" if config.get("then") == "incomplete" else "COMPLETE")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    for option in ("--config", "--catalog", "--state"):
        parser.add_argument(option)
    given = parser.parse_args()
    secret = {"password": {"type": "string", "airbyte_secret": True}}
    if given.command == "spec":
        emit(type="SPEC", spec={"connectionSpecification": {"properties": secret}})
        return
    config = json.loads(Path(given.config).read_text(encoding="utf-8"))
    if given.command == "discover":
        emit(type="CATALOG", catalog={"streams": catalog(config["streams"])})
    if given.command == "read":
        configured = json.loads(Path(given.catalog).read_text(encoding="utf-8"))["streams"]
        states = json.loads(Path(given.state).read_text(encoding="utf-8"))
        read(
            config,
            {entry["stream"]["name"]: entry["sync_mode"] for entry in configured},
            {
                entry["stream"]["stream_descriptor"]["name"]: entry["stream"]["stream_state"]
                for entry in states
            },
        )


if __name__ == "__main__":
    main()
