"""Records on their way into the staged file."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingest.airbyte.extractor.protocol import Json, Trouble


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


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
