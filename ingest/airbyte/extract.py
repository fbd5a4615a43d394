"""Reads Airbyte connectors into DuckDB files; runs in Airbyte's environment, never in Patron's.

`ingest.airbyte.extraction` starts it as `python -I extract.py`. The job comes as one line of JSON
on standard input, so that no secret stands in an argument list; one line of JSON per source tells
on standard output what became of it. When standard input ends, Patron is gone, and so is
everything here.

PyAirbyte finds out what a connector is, checks its settings, and knows its streams. What it reads
is taken from the connector itself, line by line, because PyAirbyte takes an early end for success,
passes over damaged lines, rounds numbers and leaves out fields that were not announced. Here a
stream counts when the connector says it is complete, ends with code 0, and reports no error.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import IO, Any

import duckdb
import orjson
import yaml
from airbyte import Source
from airbyte._executors.local import PathExecutor
from airbyte.exceptions import PyAirbyteError

HIDDEN = "****"
PATIENCE_SECONDS = 10
AT_A_TIME = 4
LOG_LINES = 20
# What connectors say when they do not know what to say; then the internal message is better.
GENERIC = "Something went wrong in the connector"
Json = dict[str, Any]


class Trouble(Exception):  # noqa: N818
    """Why a source cannot be taken: what happened, of which stream, and of which kind."""

    def __init__(self, cause: str, *, kind: str = "protocol", stream: str | None = None) -> None:
        super().__init__(cause)
        self.cause, self.kind, self.stream = cause, kind, stream


class Connector(PathExecutor):  # type: ignore[misc]
    """A connector's program; anything but a clean run of it is trouble."""

    def __init__(self, job: Json, temp: Path) -> None:
        super().__init__(name=job["name"], path=Path(job["command"][0]))
        self._command = job["command"]
        self._manifest = job["manifest"]
        self._temp = temp
        self.errors: list[Json] = []

    def ensure_installation(self, *, auto_fix: bool = True) -> None:
        """Nothing: Patron has looked before it started us."""

    def execute(self, args: list[str], **_: object) -> Iterator[str]:
        """What PyAirbyte calls to ask for the specification and the catalogue."""
        if args == ["spec"] and self._manifest:
            yield json.dumps(_specification(Path(self._manifest)))
            return
        for line, _ in self.messages(args):
            yield line.decode()

    def messages(self, args: list[str]) -> Iterator[tuple[bytes, Json]]:
        """The messages of one run, each as written and as parsed."""
        self.errors.clear()
        with (self._temp / "stderr.log").open("w+b") as log:
            process = subprocess.Popen(
                [*self._command, *args],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
            try:
                yield from self._messages(process)
                self._judge(process.wait(), log)
            finally:
                _end(process)

    def _messages(self, process: subprocess.Popen[bytes]) -> Iterator[tuple[bytes, Json]]:
        assert process.stdout is not None  # noqa: S101
        for line in process.stdout:
            message = _parsed(line.strip())
            if message is None:
                continue
            trace = message.get("trace") or {}
            if trace.get("type") == "ERROR":
                self.errors.append(trace.get("error") or {})
            yield line, message

    def _judge(self, code: int, log: IO[bytes]) -> None:
        if self.errors:
            raise _reported(self.errors)
        if code:
            log.seek(0)
            last = log.read().decode(errors="replace").strip().splitlines()[-LOG_LINES:]
            how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            raise Trouble(f"the connector {how}" + "".join(f"\n    {line}" for line in last))


class Spool:
    """The records of each stream on their way into the staged file, and all they mention."""

    def __init__(self, folder: Path, schemas: dict[str, Json]) -> None:
        self._files = {
            name: (folder / f"{number}.ndjson").open("wb") for number, name in enumerate(schemas)
        }
        self.declared = {name: list(schema) for name, schema in schemas.items()}
        self._largest = dict.fromkeys(schemas, 1 << 24)
        self.fields = {name: dict.fromkeys(schema, False) for name, schema in schemas.items()}
        self.counts = dict.fromkeys(schemas, 0)

    def add(self, line: bytes, record: Json) -> None:
        """Keep one record as it was written."""
        name, data = record.get("stream"), record.get("data")
        if not isinstance(data, dict) or not isinstance(name, str):
            raise Trouble("the connector wrote a record without stream or data")
        if name not in self._files:
            return
        fields = self.fields[name]
        for field, value in data.items():
            if isinstance(value, dict | list):
                fields[field] = True
            elif field not in fields:
                fields[field] = False
        self._files[name].write(line if line.endswith(b"\n") else line + b"\n")
        self.counts[name] += 1
        if len(line) >= self._largest[name]:
            self._largest[name] = len(line) + 1

    def undeclared(self, name: str) -> list[str]:
        """Fields that came and are not in the connector's schema."""
        return [field for field in self.fields[name] if field not in self.declared[name]]

    def load(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make a table of every stream: each field as text, lists and objects as JSON."""
        for name, file in self._files.items():
            file.close()
            connection.execute(f"CREATE TABLE {_quoted(name)} AS {self._query(name)}")
            found = connection.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()
            if found is None or found[0] != self.counts[name]:
                raise Trouble(f"{self.counts[name]} records came, {found} are staged", stream=name)
            Path(file.name).unlink()

    def _query(self, name: str) -> str:
        fields = self.fields[name]
        self._refuse_twins(name, list(fields))
        if not fields:
            return "SELECT CAST(NULL AS VARCHAR) AS no_field WHERE FALSE"
        listed = ", ".join(
            f"{_quoted(field)} {'JSON' if is_nested else 'VARCHAR'}"
            for field, is_nested in fields.items()
        )
        kind = f"STRUCT(data STRUCT({listed}))".replace("'", "''")
        path = self._files[name].name.replace("'", "''")
        return (
            f"SELECT unnest(record.data) FROM read_json('{path}', format = 'newline_delimited', "
            f"maximum_object_size = {self._largest[name]}, columns = {{record: '{kind}'}})"
        )

    @staticmethod
    def _refuse_twins(name: str, fields: list[str]) -> None:
        seen: dict[str, str] = {}
        for field in fields:
            twin = seen.setdefault(field.lower(), field)
            if twin != field:
                raise Trouble(f"fields '{twin}' and '{field}' differ in case only", stream=name)


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


def _parsed(line: bytes) -> Json | None:
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


def _reported(errors: list[Json]) -> Trouble:
    """The first error that says something, with the stream that any of them names."""
    told = next((error for error in errors if error.get("message")), {})
    named = (error.get("stream_descriptor") or {} for error in [told, *errors])
    stream = next((found["name"] for found in named if found.get("name")), None)
    cause = told.get("message") or "the connector says that the stream is incomplete"
    if GENERIC in cause:
        cause = told.get("internal_message") or cause
    return Trouble(cause, kind=told.get("failure_type") or "system_error", stream=stream)


def _explained(error: PyAirbyteError, errors: list[Json]) -> Trouble:
    """What PyAirbyte says, or rather what is behind it."""
    behind = getattr(error, "original_exception", None)
    if isinstance(behind, Trouble):
        return behind
    if errors:
        return _reported(errors)
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


def _specification(manifest: Path) -> Json:
    """What a manifest says about its configuration, without starting it."""
    declared = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    spec = declared.get("spec") or {}
    return {
        "type": "SPEC",
        "spec": {"connectionSpecification": spec.get("connection_specification") or {}},
    }


def _state_message(state: Json) -> Json:
    return {"type": "STREAM", "stream": state}


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout:
        process.stdout.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _end_with_parent() -> None:
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


def _result(source: Json) -> Json:
    try:
        result = Extraction(source).run()
    except (OSError, duckdb.Error) as error:
        result = {"ok": False, "cause": str(error), "kind": "local", "stream": None}
    return {"source": source["name"], **result}


def main() -> None:
    """Extract the sources of the job, some at a time."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for done in as_completed([pool.submit(_result, source) for source in job["sources"]]):
            results.write(json.dumps(done.result()) + "\n")
            results.flush()


if __name__ == "__main__":
    main()
