"""Loaders: each turns one kind of source into relations that DuckDB can query."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import duckdb

from ingest.loaders.base import OpenSource
from ingest.loaders.files import open_files
from ingest.loaders.postgres import open_postgres
from ingest.loaders.webhooks import open_webhooks
from ingest.sources import AnySource
from patron.shop import Shop

Opener = Callable[[duckdb.DuckDBPyConnection, Shop, Any], AbstractContextManager[OpenSource]]
OPENERS: dict[str, Opener] = {
    "files": open_files,
    "postgres": open_postgres,
    "webhooks": open_webhooks,
}


def open_source(
    connection: duckdb.DuckDBPyConnection, shop: Shop, source: AnySource
) -> AbstractContextManager[OpenSource]:
    """Open a source with the loader it declares."""
    return OPENERS[source.config.loader](connection, shop, source)
