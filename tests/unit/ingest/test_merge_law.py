"""Laws of merging, for any sequence of batches: latest version per key, rows conserved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.contract import load_contract
from ingest.merge import merge
from ingest.raw import ensure_tables
from ingest.stage import drop_staged, stage

EPOCH = datetime(2024, 1, 1)  # noqa: DTZ001 (raw timestamps are UTC without a zone)
TABLE = load_contract().table("returns")
ORDER_IDS = ("o1", "o2", None)


@dataclass(frozen=True)
class Row:
    """A delivered row; without an order it breaks the contract."""

    return_id: str | None
    order_id: str | None
    refund: int
    version: int

    @property
    def accepted(self) -> bool:
        return bool(self.return_id and self.order_id)

    def values(self) -> tuple[object, ...]:
        moment = EPOCH + timedelta(hours=self.version)
        return (self.return_id, self.order_id, str(self.refund), EPOCH, moment)


rows = st.builds(
    Row,
    return_id=st.sampled_from(["r1", "r2", "r3", None]),
    order_id=st.sampled_from(ORDER_IDS),
    refund=st.integers(0, 2),
    version=st.integers(0, 3),
)
batches = st.lists(st.lists(rows, max_size=8), min_size=1, max_size=5)


def expected(loaded: list[list[Row]]) -> dict[str, tuple[str, int, int]]:
    """What one pass over all rows in order of arrival leaves per key."""
    found: dict[str, Row] = {}
    for batch in loaded:
        for row in sorted((r for r in batch if r.accepted), key=lambda r: r.version):
            known = found.get(str(row.return_id))
            if known is None or row.version >= known.version:
                found[str(row.return_id)] = row
    return {key: (str(r.order_id), r.refund, r.version) for key, r in found.items()}


def load(connection: duckdb.DuckDBPyConnection, batch: list[Row], number: int):
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE delivered (return_id VARCHAR, order_id VARCHAR, "
        "refund_amount VARCHAR, returned_at TIMESTAMP, updated_at TIMESTAMP)"
    )
    if batch:
        connection.executemany(
            "INSERT INTO delivered VALUES (?, ?, ?, ?, ?)", [row.values() for row in batch]
        )
    stage(connection, TABLE, "SELECT * FROM delivered", "the test")
    delivery = {
        "_source": "'s'",
        "_batch_id": f"'{number}'",
        "_loaded_at": f"make_timestamp({number})",
    }
    connection.execute("BEGIN")
    counted = merge(connection, TABLE, delivery)
    connection.execute("COMMIT")
    drop_staged(connection)
    return counted


def contents(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT * FROM raw.returns ORDER BY return_id").fetchall()


@settings(max_examples=60)
@given(batches)
def test_raw_is_the_latest_version_of_every_key(loaded: list[list[Row]]) -> None:
    with duckdb.connect() as connection:
        ensure_tables(connection)
        rejected = set()
        for number, batch in enumerate(loaded, start=1):
            before = len(contents(connection))
            counted = load(connection, batch, number)
            assert counted.conserved
            assert counted.read == len(batch)
            assert counted.rejected == sum(not row.accepted for row in batch)
            assert len(contents(connection)) == before + counted.inserted
            rejected |= {row for row in batch if not row.accepted}
        found = connection.execute(
            "SELECT return_id, order_id, refund_amount, date_diff('hour', TIMESTAMP '2024-01-01', "
            "updated_at) FROM raw.returns"
        ).fetchall()
        assert {key: (o, int(r), v) for key, o, r, v in found} == expected(loaded)
        kept = connection.execute("SELECT count(*) FROM raw.rejected_rows").fetchone()
        assert kept == (len(rejected),)


@settings(max_examples=30)
@given(batches)
def test_loading_the_last_batch_again_changes_nothing(loaded: list[list[Row]]) -> None:
    with duckdb.connect() as connection:
        ensure_tables(connection)
        for number, batch in enumerate(loaded, start=1):
            load(connection, batch, number)
        before = contents(connection)
        counted = load(connection, loaded[-1], 99)
        assert (counted.inserted, counted.updated) == (0, 0)
        assert contents(connection) == before
