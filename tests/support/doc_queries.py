"""Queries in a page of docs with their results, made and checked by running them.

    python -m tests.support.doc_queries docs/marts/products.md

writes the result of every ```sql block into the ```text block below it, on the shop that the page
tells of.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

BLOCK = re.compile(r"```sql\n(?P<query>.*?)```\n\n```text\n(?P<result>.*?)```", re.DOTALL)

# The shop of each page: a function of the module of the same name.
SHOPS = {
    "core": "customer_shop",
    "customers": "customer_shop",
    "executive": "growth_shop",
    "marketing": "growth_shop",
    "products": "product_shop",
}


def with_results(page: str, connection: duckdb.DuckDBPyConnection) -> str:
    """The page with the result of each query as it is now."""

    def renewed(block: re.Match[str]) -> str:
        query = block["query"]
        return f"```sql\n{query}```\n\n```text\n{_result(connection, query)}```"

    return BLOCK.sub(renewed, page)


def _result(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    found = connection.execute(query)
    names = [column[0] for column in found.description or []]
    rows = [names, *([_shown(value) for value in row] for row in found.fetchall())]
    widths = [max(len(row[number]) for row in rows) for number in range(len(names))]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "-" if value is None else str(value)


def main() -> None:
    """Renew the results of a page."""
    page = Path(sys.argv[1])
    name = SHOPS[page.stem]
    shop = getattr(import_module(f"tests.support.{name}"), name)()
    page.write_text(
        with_results(page.read_text(encoding="utf-8"), shop.connection), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
