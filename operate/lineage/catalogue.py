"""What the catalogue says of the models, from SQLMesh's own objects: no file is read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from operate.findings import arguments_text
from operate.lineage.columns import Trace, table_name

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

Row = tuple[object, ...]
Edges = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Risk:
    """From how many of what the risk of a change is medium, and high.

    Attributes:
        high_models: Models downstream.
        medium_models: The same, for medium.
        high_pages: Report pages that read the model itself.
    """

    high_models: int
    medium_models: int
    high_pages: int

    @classmethod
    def of(cls, variables: Mapping[str, Any]) -> Risk:
        """As config.yaml says."""
        return cls(
            int(variables["high_risk_downstream_models"]),
            int(variables["medium_risk_downstream_models"]),
            int(variables["high_risk_pages"]),
        )

    def level(self, downstream: int, pages: int, *, contracted: bool) -> str:
        """How much care a change needs: low, medium or high."""
        if downstream >= self.high_models or pages >= self.high_pages:
            return "high"
        if downstream >= self.medium_models or pages or contracted:
            return "medium"
        return "low"


@dataclass(frozen=True)
class Consumers:
    """Who reads a model besides other models.

    Attributes:
        contracted: The models that are under contract.
        pages: How many report pages read a model, by its name.
    """

    contracted: frozenset[str]
    pages: Mapping[str, int]


def name_of(snapshot: Snapshot) -> str:
    """The model's name: schema and table."""
    return _plain(snapshot.name)


@cache
def _plain(name: str) -> str:
    return table_name(exp.to_table(name, dialect="duckdb"))


def parents_of(snapshots: Iterable[Snapshot]) -> Edges:
    """The models that each model reads, itself left out."""
    return {
        name_of(each): frozenset(
            _plain(parent.name) for parent in each.parents if parent.name != each.name
        )
        for each in snapshots
    }


def reached(edges: Mapping[str, Collection[str]], start: str) -> frozenset[str]:
    """All that can be reached from a model, itself left out."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = set(edges.get(waiting.pop(), ())) - found - {start}
        found |= fresh
        waiting += fresh
    return frozenset(found)


def turned(edges: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """The same edges in the other direction."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, others in edges.items():
        for other in others:
            found[other].add(name)
    return found


def model_rows(
    snapshots: Sequence[Snapshot], versions: Mapping[str, str], consumers: Consumers, risk: Risk
) -> list[Row]:
    """The rows of quality.models, in the order of their names."""
    parents = parents_of(snapshots)
    children = turned(parents)
    rows: list[Row] = []
    for snapshot in snapshots:
        name, model = name_of(snapshot), snapshot.model
        schema, _, table = name.partition(".")
        upstream, downstream = reached(parents, name), reached(children, name)
        pages, contracted = consumers.pages.get(name, 0), name in consumers.contracted
        rows.append(
            (
                name,
                schema,
                table,
                model.kind.name.value.lower(),
                model.owner,
                ", ".join(column for grain in model.grains[:1] for column in _names(grain)),
                model.cron if model.kind.is_materialized else None,
                ", ".join(model.tags),
                model.description,
                len(model.columns_to_types or {}),
                len(model.audits_with_args),
                len(parents[name]),
                len(children.get(name, ())),
                len(upstream),
                len(downstream),
                pages,
                contracted,
                risk.level(len(downstream), pages, contracted=contracted),
                _query(model),
                _file(model),
                versions[name],
            )
        )
    return sorted(rows, key=lambda row: str(row[0]))


def column_rows(snapshots: Iterable[Snapshot]) -> list[Row]:
    """The rows of quality.columns."""
    return [
        (
            name_of(snapshot),
            column,
            kind.sql(dialect="duckdb"),
            snapshot.model.column_descriptions.get(column),
            place,
        )
        for snapshot in snapshots
        for place, (column, kind) in enumerate(
            (snapshot.model.columns_to_types or {}).items(), start=1
        )
    ]


def audit_rows(snapshots: Iterable[Snapshot]) -> list[Row]:
    """The rows of quality.model_audits: the audits that are declared."""
    found = {
        (name_of(snapshot), audit.name, arguments_text(arguments), _blocks(audit, arguments))
        for snapshot in snapshots
        for audit, arguments in snapshot.model.audits_with_args
    }
    return sorted(found)


def input_rows(name: str, parents: Iterable[str], found: Trace) -> list[Row]:
    """The rows of quality.model_inputs of a model: what it reads, and for what."""
    values = {(parent, column) for _, parent, column in found.values}
    reads = found.reads | values
    rows: list[Row] = [
        (name, *read, "values" if read in values else "rows") for read in sorted(reads)
    ]
    for parent in sorted(set(parents) - {parent for parent, _ in reads}):
        is_read = found.tables is None or parent in found.tables
        rows.append((name, parent, None, "rows" if is_read else "audits"))
    return rows


def _names(grain: Any) -> list[str]:
    return [column.name for column in grain.find_all(exp.Column)]


def _blocks(audit: Any, arguments: Mapping[str, Any]) -> bool:
    said = arguments.get("blocking")
    return bool(audit.blocking if said is None else said == exp.true())


def _query(model: Any) -> str | None:
    """The query as it is written, macros and all; None for what has none."""
    return str(model.query_.sql).strip() if model.is_sql else None


def _file(model: Any) -> str | None:
    """The model's file below the project; None where it comes from SQLMesh's state."""
    path: Path | None = model._path
    if path is None:
        return None
    folders = {"models", "external_models"}
    place = next((place for place, part in enumerate(path.parts) if part in folders), None)
    return "/".join(path.parts[place:]) if place is not None else path.name
