"""How tables are read: by the Python models of `ml`, and by its commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from patron.errors import PatronError
from patron.warehouse import first_line

if TYPE_CHECKING:
    from sqlmesh import ExecutionContext


def fetch(context: ExecutionContext, query: str) -> pd.DataFrame:
    """The rows of a query whose models stand in braces."""
    from sqlglot import parse_one

    def table(found: re.Match[str]) -> str:
        return str(context.resolve_table(found[1]))

    resolved = re.sub(r"{([a-z_.]+)}", table, query)
    frame: pd.DataFrame = context.fetchdf(parse_one(resolved, dialect="duckdb"))
    return frame


@contextmanager
def tables_of_this_release() -> Iterator[None]:
    """What a command reads was built by models like ours.

    Raises:
        PatronError: If a table or a column is not there.
    """
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise PatronError(
            "the shop's tables were built by another release of Patron",
            where=first_line(error),
            remedy="run 'patron run' first, which brings them up to date",
        ) from error
