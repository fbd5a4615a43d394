"""The contract for people: as rows for the console and as the tables of docs/sources.md."""

from __future__ import annotations

from pathlib import Path

from ingest.contract import Column, Table, load_contract
from patron.errors import UsageError
from patron.names import suggestion

DOCS_FILE = Path("docs") / "sources.md"
BEGIN = "<!-- begin: patron ingest contract -->"
END = "<!-- end: patron ingest contract -->"


def contract_rows() -> list[dict[str, object]]:
    """One row per stream."""
    return [
        {
            "stream": table.name,
            "needed": table.needed,
            "primary key": ", ".join(table.primary_key),
            "feeds": table.feeds,
        }
        for table in load_contract().tables
    ]


def stream_rows(stream: str) -> list[dict[str, object]]:
    """One row per column of a stream."""
    known = load_contract().streams
    if stream not in known:
        raise UsageError(f"unknown stream '{stream}'", remedy=suggestion(stream, known))
    table = load_contract().table(stream)
    return [
        {
            "column": column.name,
            "type": column.type,
            "required": column.required,
            "key": column.name in table.primary_key,
            "description": _described(column),
        }
        for column in table.columns
    ]


def contract_markdown() -> str:
    """The contract as the tables that docs/sources.md shows."""
    return "\n\n".join(_table_markdown(table) for table in load_contract().tables)


def write_docs(project: Path) -> Path:
    """Bring the tables of docs/sources.md up to date.

    Returns:
        The path written.
    """
    path = project / DOCS_FILE
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    text = f"{before}{BEGIN}\n\n{contract_markdown()}\n\n{END}{after}"
    path.write_text(text, encoding="utf-8")
    return path


def _table_markdown(table: Table) -> str:
    needed = "needed by every shop" if table.needed else f"optional, for {table.feeds}"
    lines = [
        f"### {table.name}",
        "",
        f"{table.description}. {needed[0].upper()}{needed[1:]}.",
        "",
        "| column | type | | meaning |",
        "|---|---|---|---|",
    ]
    for column in table.columns:
        mark = "key" if column.name in table.primary_key else "required" if column.required else ""
        lines.append(f"| `{column.name}` | {column.type} | {mark} | {_described(column)} |")
    return "\n".join(lines)


def _described(column: Column) -> str:
    if column.values:
        return f"{column.description}: {', '.join(column.values)}"
    return column.description
