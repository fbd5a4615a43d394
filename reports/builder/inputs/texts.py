"""Texts that readers type: which queries a text narrows, and by which column.

A page has no database, so a text filters the rows of tables that are there. That is what the query
would do where it keeps the rows whose column contains the text, and does nothing else with it:
`WHERE name ILIKE '%${inputs.word}%'` or `WHERE ${inputs.word.search('name')}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reports.builder.page.nodes import QuerySource

_USE = re.compile(r"\$\{[^}]*\binputs\s*(?:\?\.|\.)\s*(\w+)[^}]*\}")
_LIKE = re.compile(r"\b(\w+)\s+i?like\s+'%\$\{\s*inputs\.(\w+)(?:\.value)?\s*\}%'", re.IGNORECASE)
_SEARCH = re.compile(r"\$\{\s*inputs\.(\w+)\.search\(\s*['\"](\w+)['\"]\s*\)\s*\}")
# Words with which leaving rows out afterwards is not the same as leaving them out before.
_MORE = re.compile(r"\b(?:limit|offset|or|not|over|sample)\b", re.IGNORECASE)
_OTHER = re.compile(r"\$\{\s*(\w+)\s*\}")


def filters_alone(name: str, queries: Mapping[str, QuerySource]) -> bool:
    """Whether all that an input does in queries is to keep the rows that contain a text.

    Args:
        name: The input.
        queries: Those of the page.
    """
    found = False
    for query in queries.values():
        uses = sum(match[1] == name for match in _USE.finditer(query.sql))
        kept = sum(each == name for each, _ in _kept(query.sql))
        if uses and (uses > 1 or kept != uses or _MORE.search(query.sql)):
            return False
        found = found or uses == 1
    return found


def filtered_columns(query: str, queries: Mapping[str, QuerySource]) -> dict[str, str]:
    """The column by which each input narrows a query, or one that it is made of.

    Args:
        query: Its name.
        queries: Those of the page.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    waiting = [query]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in queries:
            continue
        seen.add(name)
        found |= dict(_kept(queries[name].sql))
        waiting += _OTHER.findall(queries[name].sql)
    return found


def _kept(sql: str) -> Iterator[tuple[str, str]]:
    """Inputs, and the columns that have to contain them."""
    yield from ((match[2], match[1]) for match in _LIKE.finditer(sql))
    yield from ((match[1], match[2]) for match in _SEARCH.finditer(sql))
