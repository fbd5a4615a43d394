"""Making small shops and looking at them."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import duckdb

from simulate.deliver import Summary
from simulate.settings import ShopSpec
from simulate.shopfolder import create
from simulate.state import Folders
from simulate.streams import STREAMS

END = date(2026, 3, 1)


class SimulatedShop:
    """A shop on disk with a DuckDB that reads it: one view per stream and table of the truth."""

    def __init__(self, folders: Folders, summary: Summary | None = None) -> None:
        self.folders = folders
        self.summary = summary
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        for stream in STREAMS:
            files = folders.out / stream.name
            reader = f"read_parquet('{files}/*', filename = true)"
            if list(files.glob("*.csv")):
                reader = f"read_csv('{files}/*', all_varchar = true, filename = true)"
            # Identical duplicates are one row; of several versions, the latest one counts.
            self.connection.execute(f"CREATE VIEW {stream.name}_delivered AS FROM {reader}")
            self.connection.execute(
                f"""
                CREATE TABLE {stream.name} AS
                SELECT * FROM {stream.name}_delivered
                QUALIFY row_number() OVER (
                  PARTITION BY {", ".join(stream.key)} ORDER BY {stream.moment} DESC
                ) = 1
                """
            )
        for path in folders.truth.glob("*.parquet"):
            self.connection.execute(f"CREATE VIEW truth_{path.stem} AS FROM read_parquet('{path}')")
        self.connection.execute(
            "CREATE VIEW defects AS "
            f"FROM read_parquet('{folders.truth}/injected_defects/*.parquet')"
        )
        self.connection.execute(
            """
            CREATE VIEW clean_orders AS
            SELECT * REPLACE (CAST(CAST(ordered_at AS TIMESTAMPTZ) AS TIMESTAMP) AS ordered_at)
            FROM orders
            WHERE order_id NOT IN (
              SELECT row_key FROM defects
              WHERE stream = 'orders' AND defect IN ('negative_amount', 'unknown_customer')
            )
            """
        )

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()

    def one(self, query: str):
        found = self.rows(query)
        return found[0][0] if len(found[0]) == 1 else found[0]


def make(
    folder: Path,
    *,
    customers: int = 300,
    orders: int = 3000,
    days: int = 200,
    seed: int = 3,
    file_format: str = "parquet",
) -> Folders:
    folders = Folders(folder / "shop", folder / "truth")
    spec = ShopSpec(customers, orders, days, END, seed, file_format)
    create(spec, folders, force=False, report=lambda done, count: None)
    return folders


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
