"""The project's models as plain SQL, for the rivals of benchmarks/warehouse.py.

What SQLMesh would run is written down once: seeds become literal rows, models in Python empty
tables of their columns (they score and describe; without a trained model they have no rows),
records of versions the table that a first run makes of them, and the days to be processed two words
that the rivals replace. Views of the run record are left out: only Patron has one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Days no model mentions, so that they can be found in the SQL again.
FIRST, LAST = "2001-02-03", "2031-04-05"
START, END = "$first_day", "$last_day"
HISTORY = "history"


@dataclass(frozen=True)
class Plain:
    """One model.

    Attributes:
        schema: Its schema.
        name: Its name there.
        kind: `view`, `table` or `daily`.
        column: The day of a row where it is built day by day.
        query: Its rows; with START and END where it is built day by day.
        reads: The models that it reads, as `schema.name`.
    """

    schema: str
    name: str
    kind: str
    column: str | None
    query: str
    reads: list[str]

    @property
    def key(self) -> str:
        """The dotted name."""
        return f"{self.schema}.{self.name}"


def render(project: Path, moment: str) -> list[dict[str, Any]]:
    """Every model of the project, parents first.

    Args:
        project: The folder of config.yaml.
        moment: The moment to pretend it is.
    """
    from sqlmesh import Context

    context = Context(paths=[str(project)])
    try:
        models = [context.get_model(name) for name in context.dag.sorted if name in context.models]
        ours = [m for m in models if not m.kind.is_external and HISTORY not in m.tags]
        return [asdict(_plain(model, moment)) for model in ours]
    finally:
        context.close()


def _plain(model: Any, moment: str) -> Plain:
    schema, name = _name(model.fqn)
    daily = model.kind.is_incremental_by_time_range and model.is_sql
    kind = "daily" if daily else "view" if model.kind.is_view else "table"
    column = model.time_column.column.name if daily else None
    reads = sorted(".".join(_name(parent)) for parent in model.depends_on)
    return Plain(schema, name, kind, column, _query(model, moment), reads)


def _query(model: Any, moment: str) -> str:
    if model.kind.is_seed:
        return _rows(model)
    if not model.is_sql:
        return _nothing(model)
    query = model.render_query_or_raise(start=FIRST, end=LAST, execution_time=moment)
    text: str = query.sql(dialect="duckdb").replace('"warehouse".', "")
    if model.kind.is_scd_type_2:
        return _versions(model, text, moment)
    return text.replace(FIRST, START).replace(LAST, END)


def _versions(model: Any, query: str, moment: str) -> str:
    kind = model.kind
    seen = f"TIMESTAMP '{moment}' AS \"{kind.valid_from_name.name}\""
    ended = f'CAST(NULL AS TIMESTAMP) AS "{kind.valid_to_name.name}"'
    return f"SELECT *, {seen}, {ended} FROM ({query}) AS current_rows"


def _nothing(model: Any) -> str:
    columns = (
        f'CAST(NULL AS {kind.sql("duckdb")}) AS "{column}"'
        for column, kind in model.columns_to_types.items()
    )
    return f"SELECT {', '.join(columns)} WHERE FALSE"


def _rows(model: Any) -> str:
    types = model.columns_to_types
    rows = [row for frame in model.render_seed() for row in frame.itertuples(index=False)]
    if not rows:
        return _nothing(model)
    tuples = ", ".join(f"({', '.join(_literal(cell) for cell in row)})" for row in rows)
    casts = ", ".join(f'CAST("{c}" AS {kind.sql("duckdb")}) AS "{c}"' for c, kind in types.items())
    names = ", ".join(f'"{column}"' for column in types)
    return f"SELECT {casts} FROM (VALUES {tuples}) AS seed({names})"


def _literal(cell: object) -> str:
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN
        return "NULL"
    text = str(cell).replace("'", "''")
    return f"'{text}'"


def _name(fqn: str) -> tuple[str, str]:
    schema, name = fqn.replace('"', "").split(".")[-2:]
    return schema, name
