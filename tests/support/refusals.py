"""What staging refuses of what a shop has loaded, by the models themselves and without a plan."""

from __future__ import annotations

import duckdb

from ingest.contract import load_contract
from patron.shop import Shop
from tests.support.definitions import PROJECT, empty_warehouse, project_model


def refusals(shop: Shop, **variables: object) -> dict[tuple[str, str], int]:
    """How many rows of each stream staging refuses for which reasons; other variables by name."""
    connection = empty_warehouse()
    connection.execute(f"ATTACH '{shop.warehouse}' AS loaded (READ_ONLY)")
    found: dict[tuple[str, str], int] = {}
    # The contract lists what others refer to first.
    for stream in load_contract().streams:
        connection.execute(f"CREATE VIEW raw.{stream} AS FROM loaded.raw.{stream}")
        if (PROJECT / "models" / "staging" / f"checked_{stream}.sql").exists():
            found |= _refused(connection, stream, variables)
    connection.close()
    return found


def _refused(
    connection: duckdb.DuckDBPyConnection, stream: str, variables: dict[str, object]
) -> dict[tuple[str, str], int]:
    model = project_model(f"staging/checked_{stream}", **variables)
    query = model.render_query_or_raise().sql("duckdb")
    connection.execute(f"CREATE TABLE staging.checked_{stream} AS {query}")
    rows = connection.execute(
        f"SELECT rejection_reasons, count(*) FROM staging.checked_{stream} "
        "WHERE rejection_reasons IS NOT NULL GROUP BY 1"
    ).fetchall()
    return {(stream, reason): count for reason, count in rows}
