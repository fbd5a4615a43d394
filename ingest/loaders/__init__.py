"""Loaders: each turns one kind of source into relations that DuckDB can query."""

from __future__ import annotations

from contextlib import AbstractContextManager

import duckdb

from ingest.loaders.base import OpenSource
from ingest.loaders.files import open_files
from ingest.sources import Source
from patron.shop import Shop

OPENERS = {"files": open_files}


def open_source(
    connection: duckdb.DuckDBPyConnection, shop: Shop, source: Source
) -> AbstractContextManager[OpenSource]:
    """Open a source with the loader it declares."""
    return OPENERS[source.config.loader](connection, shop, source)
