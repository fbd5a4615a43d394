"""Connectors' states: where to continue, moved in the transaction that loads what lies before.

The states after an extraction are written under a number before anything of it is loaded. Loading
a stream stores just that number, as its place in `raw.cursors`, in the transaction of its rows. So
rows and place are in the warehouse together or not at all, and a restored backup continues from its
own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import duckdb

from ingest.airbyte.staged import StagedStream

LEDGER = """
CREATE TABLE IF NOT EXISTS raw.airbyte_states (
  source VARCHAR NOT NULL, extraction BIGINT NOT NULL, stream VARCHAR NOT NULL,
  state VARCHAR NOT NULL
)
"""


class States:
    """The states of one source."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source_name: str) -> None:
        self._connection = connection
        self._source = source_name
        connection.execute(LEDGER)

    def reached(self, raw_stream: str, reads: Iterable[str]) -> dict[str, Any]:
        """The states of what a raw stream reads, up to which it is loaded."""
        states = self._states(self._place(raw_stream))
        return {name: states.get(name) for name in reads}

    def start(self, reads: dict[str, set[str]]) -> dict[str, Any]:
        """Where to continue: where the raw stream is that is furthest behind.

        Args:
            reads: Which of the connector's streams each raw stream reads, in lower case.
        """
        found = {}
        for name in set().union(*reads.values()):
            behind = min(self._place(stream) for stream, names in reads.items() if name in names)
            states = self._states(behind)
            if name in states:
                found[name] = states[name]
        return found

    def announce(self, streams: Iterable[StagedStream]) -> int:
        """Write the states after an extraction that is going to be loaded; gives its number."""
        number = 1 + self._number(
            "SELECT GREATEST((SELECT max(extraction) FROM raw.airbyte_states WHERE source = $1), "
            "(SELECT max(TRY_CAST(cursor_value AS BIGINT)) FROM raw.cursors WHERE source = $1))",
            [self._source],
        )
        for stream in streams:
            if stream.is_incremental and stream.state_after is not None:
                self._connection.execute(
                    "INSERT INTO raw.airbyte_states VALUES (?, ?, ?, ?)",
                    [self._source, number, stream.name, json.dumps(stream.state_after)],
                )
        return number

    def forget_unused(self, number: int) -> None:
        """Delete states before an extraction to which no raw stream will return."""
        self._connection.execute(
            "DELETE FROM raw.airbyte_states WHERE source = $1 AND extraction < $2 AND "
            "CAST(extraction AS VARCHAR) NOT IN (SELECT cursor_value FROM raw.cursors "
            "WHERE source = $1)",
            [self._source, number],
        )

    def _place(self, raw_stream: str) -> int:
        """The number of the last extraction that is loaded; 0 before the first."""
        return self._number(
            "SELECT TRY_CAST(cursor_value AS BIGINT) FROM raw.cursors "
            "WHERE source = ? AND stream = ?",
            [self._source, raw_stream],
        )

    def _states(self, number: int) -> dict[str, Any]:
        rows = self._connection.execute(
            "SELECT stream, state FROM raw.airbyte_states WHERE source = ? AND extraction = ?",
            [self._source, number],
        ).fetchall()
        return {stream.lower(): json.loads(state) for stream, state in rows}

    def _number(self, query: str, values: list[str]) -> int:
        row = self._connection.execute(query, values).fetchone()
        return int(row[0]) if row and row[0] is not None else 0
