"""Loaders: each turns one kind of source into relations that DuckDB can query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import duckdb

from ingest.loaders.airbyte import open_airbyte, open_staged, stage_due
from ingest.loaders.base import OpenSource
from ingest.loaders.files import open_files
from ingest.loaders.postgres import open_postgres
from ingest.loaders.webhooks import open_webhooks
from ingest.sources import AnySource
from patron.shop import Shop

Opener = Callable[[duckdb.DuckDBPyConnection, Shop, Any], AbstractContextManager[OpenSource]]
OPENERS: dict[str, Opener] = {
    "airbyte": open_airbyte,
    "files": open_files,
    "postgres": open_postgres,
    "webhooks": open_webhooks,
}


def open_source(
    connection: duckdb.DuckDBPyConnection, shop: Shop, source: AnySource
) -> AbstractContextManager[OpenSource]:
    """Open a source with the loader it declares."""
    return OPENERS[source.config.loader](connection, shop, source)


def open_for_loading(
    connection: duckdb.DuckDBPyConnection, shop: Shop, due: Sequence[tuple[AnySource, list[str]]]
) -> Callable[[AnySource], AbstractContextManager[OpenSource]]:
    """Do what is done for all sources at once; gives what opens each of them.

    Args:
        connection: The warehouse.
        shop: Whose sources.
        due: The sources with the streams that are going to be loaded.
    """
    extracted: list[Any] = [pair for pair in due if pair[0].config.loader == "airbyte"]
    staged = stage_due(connection, shop, extracted)

    def opened(source: Any) -> AbstractContextManager[OpenSource]:
        if source.name in staged:
            return open_staged(connection, source, staged[source.name])
        return open_source(connection, shop, source)

    return opened
