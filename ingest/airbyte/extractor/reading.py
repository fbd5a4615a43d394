"""One source: asked for its streams, read, and staged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
from airbyte import Source
from airbyte.exceptions import PyAirbyteError

from ingest.airbyte.extractor.connector import Connector
from ingest.airbyte.extractor.protocol import Json, Trouble, reported
from ingest.airbyte.extractor.spool import Spool

HIDDEN = "****"


class Extraction:
    """One source, read into one file."""

    def __init__(self, job: Json) -> None:
        self._job = job
        self._temp = Path(job["temp"])
        self._temp.mkdir(mode=0o700)
        self._connector = Connector(job, self._temp)
        self._source = Source(executor=self._connector, name=job["name"])
        self._states: dict[str, Any] = {}
        self._complete: set[str] = set()

    def run(self) -> Json:
        """Read all streams; all of them or trouble."""
        try:
            return {"ok": True, "streams": self._extract()}
        except Trouble as trouble:
            found = trouble
        except PyAirbyteError as error:
            found = _explained(error, self._connector.errors)
        cause = self._without_secrets(found.cause)
        return {"ok": False, "cause": cause, "kind": found.kind, "stream": found.stream}

    def _extract(self) -> Json:
        self._source.set_config(self._job["config"], validate=True)
        catalog = self._catalog()
        spool = Spool(
            self._temp,
            {
                entry["stream"]["name"]: entry["stream"]["json_schema"].get("properties") or {}
                for entry in catalog["streams"]
            },
        )
        self._read(catalog, spool)
        return self._stage(catalog, spool)

    def _catalog(self) -> Json:
        """The streams asked for, read incrementally where they can be."""
        available = {name.lower(): name for name in self._source.get_available_streams()}
        for asked in self._job["streams"]:
            if asked.lower() not in available:
                known = ", ".join(sorted(available.values()))
                raise Trouble(f"there is no stream '{asked}'; there are: {known}", kind="query")
        asked = {name.lower() for name in self._job["streams"] + self._job["perhaps"]}
        names = [name for lowered, name in available.items() if lowered in asked]
        catalog: Json = json.loads(
            self._source.get_configured_catalog(names).model_dump_json(exclude_none=True)
        )
        whole = {name.lower() for name in self._job["full_refresh"]}
        for entry in catalog["streams"]:
            if entry["stream"]["name"].lower() in whole:
                entry["sync_mode"] = "full_refresh"
        return catalog

    def _read(self, catalog: Json, spool: Spool) -> None:
        args = ["read"]
        for option, value in (
            ("config", self._job["config"]),
            ("catalog", catalog),
            ("state", [_state_message(state) for state in self._starts(catalog).values()]),
        ):
            path = self._temp / f"{option}.json"
            path.write_text(json.dumps(value), encoding="utf-8")
            args += [f"--{option}", str(path)]
        for line, message in self._connector.messages(args):
            if message["type"] == "RECORD":
                spool.add(line, message.get("record") or {})
            elif message["type"] == "STATE":
                self._keep_state(message.get("state") or {})
            elif message["type"] == "TRACE":
                self._keep_status((message.get("trace") or {}).get("stream_status") or {})
        missing = [name for name in spool.counts if name not in self._complete]
        if missing:
            raise Trouble("the connector ended before it had read everything", stream=missing[0])

    def _starts(self, catalog: Json) -> Json:
        """The states to continue from, of streams that are read incrementally."""
        states = {name.lower(): state for name, state in self._job["states"].items()}
        return {
            entry["stream"]["name"]: states[entry["stream"]["name"].lower()]
            for entry in catalog["streams"]
            if entry["sync_mode"] == "incremental" and entry["stream"]["name"].lower() in states
        }

    def _keep_state(self, state: Json) -> None:
        if state.get("type") != "STREAM":
            raise Trouble("the connector keeps one state for all streams, which is not supported")
        self._states[state["stream"]["stream_descriptor"]["name"]] = state["stream"]

    def _keep_status(self, status: Json) -> None:
        if status.get("status") == "COMPLETE":
            self._complete.add(status["stream_descriptor"]["name"])
        elif status.get("status") == "INCOMPLETE":
            name = status["stream_descriptor"]["name"]
            self._connector.errors.append({"stream_descriptor": {"name": name}})

    def _stage(self, catalog: Json, spool: Spool) -> Json:
        """Write the file; what it knows about each stream is in `_patron.streams`."""
        starts = self._starts(catalog)
        with duckdb.connect(self._job["target"]) as connection:
            spool.load(connection)
            connection.execute("CREATE SCHEMA _patron")
            connection.execute(
                "CREATE TABLE _patron.streams (name VARCHAR, is_incremental BOOLEAN, "
                "records BIGINT, state_before VARCHAR, state_after VARCHAR)"
            )
            for entry in catalog["streams"]:
                name = entry["stream"]["name"]
                before = starts.get(name)
                states = [before, self._states.get(name, before)]
                connection.execute(
                    "INSERT INTO _patron.streams VALUES (?, ?, ?, ?, ?)",
                    [name, entry["sync_mode"] == "incremental", spool.counts[name]]
                    + [None if state is None else json.dumps(state) for state in states],
                )
        return {
            name: {"records": spool.counts[name], "undeclared": spool.undeclared(name)}
            for name in spool.counts
        }

    def _without_secrets(self, text: str) -> str:
        """Leave out what the specification calls secret; without one, every text of the config."""
        spec = self._source._spec
        schema = spec.connectionSpecification if spec else None
        for secret in sorted(_secrets(self._job["config"], schema), key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text


def _explained(error: PyAirbyteError, errors: list[Json]) -> Trouble:
    """What PyAirbyte says, or rather what is behind it."""
    behind = getattr(error, "original_exception", None)
    if isinstance(behind, Trouble):
        return behind
    if errors:
        return reported(errors)
    context = getattr(error, "context", None) or {}
    detail = context.get("error_message") or getattr(error, "log_text", None) or ""
    said = error.get_message()
    kind = "config_error" if "error_message" in context else "system_error"
    return Trouble(f"{said} {detail}".strip(), kind=kind)


def _secrets(value: Any, schema: Any) -> set[str]:
    if isinstance(value, dict):
        known = schema if isinstance(schema, dict) else {}
        choices = [known, *known.get("oneOf", ()), *known.get("anyOf", ())]
        declared = {name: s for c in choices for name, s in (c.get("properties") or {}).items()}
        inner = (_secrets(v, schema and declared.get(name, {})) for name, v in value.items())
        return set().union(*inner)
    if isinstance(value, list):
        items = schema and (schema.get("items") or {})
        return set().union(*(_secrets(inner, items) for inner in value))
    is_hidden = schema is None or (isinstance(schema, dict) and schema.get("airbyte_secret"))
    return {str(value)} if is_hidden and value not in (None, "") else set()


def _state_message(state: Json) -> Json:
    return {"type": "STREAM", "stream": state}
