"""What a change of a model, or of one of its columns, would reach."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from operate.lineage.graph import Graph, Node
from patron import contracts, metrics
from patron.metric_queries import columns_of

FEATURES = ("ml.customer_features", "ml.customer_features_now")


@dataclass
class Reached:
    """A model that a change reaches.

    Attributes:
        node: The model.
        via: The nearest model before it; None for the one that changes.
        depth: How many steps that is from the change.
        columns: Its columns that are computed from what changes.
        all_rows: Whether the change can decide which rows it has, and so change any column.
    """

    node: Node
    via: str | None
    depth: int
    columns: set[str] = field(default_factory=set)
    all_rows: bool = False

    @property
    def touched(self) -> list[str]:
        """Its columns computed from what changes, in the order of the table."""
        return [column for column in self.node.columns if column in self.columns]

    def reaches(self, columns: list[str]) -> bool:
        """Whether somebody who reads these columns sees the change."""
        return self.all_rows or bool(self.columns.intersection(columns))


@dataclass(frozen=True)
class Consumer:
    """Somebody besides models who reads what changes.

    Attributes:
        kind: metric, contract, reader, page, feature or audit.
        name: Its name, or its file.
        model: The model that it reads.
        detail: More about it: columns, queries, or who is to be told.
    """

    kind: str
    name: str
    model: str
    detail: str


@dataclass(frozen=True)
class Impact:
    """All that a change reaches.

    Attributes:
        node: What changes.
        column: The column that changes; None for the whole model.
        models: The models after it, the nearest first.
        consumers: Who reads them, by kind.
    """

    node: Node
    column: str | None
    models: tuple[Reached, ...]
    consumers: tuple[Consumer, ...]

    @property
    def target(self) -> str:
        """What changes, as it is called."""
        return f"{self.node.name}.{self.column}" if self.column else self.node.name


def impact(
    graph: Graph, project: Path, target: str, *, depth: int | None = None, values: bool = False
) -> Impact:
    """What would be reached by a change.

    Args:
        graph: Who reads what.
        project: Where `metrics/` and `contracts/` are.
        target: The model, or model and column.
        depth: Go no further than this many models.
        values: Follow only columns computed from the one that changes, not what chooses rows.

    Raises:
        PatronError: If there is no such model or column, or a definition cannot be read.
    """
    node, column = graph.find(target)
    start = Reached(node, None, 0, {column} if column else set(node.columns), column is None)
    found = _reached(graph, start, depth, values=values)
    consumers = tuple(_consumers(graph, project, found))
    return Impact(node, column, tuple(found[1:]), consumers)


def _reached(graph: Graph, start: Reached, depth: int | None, *, values: bool) -> list[Reached]:
    found = {start.node.name: start}
    waiting = deque([start])
    while waiting:
        each = waiting.popleft()
        if depth is not None and each.depth >= depth:
            continue
        for name, rows_by in graph.readers.get(each.node.name, {}).items():
            columns = _computed(graph, each, name)
            all_rows = not values and (each.all_rows or bool(rows_by & {*each.columns, None}))
            if name not in graph.nodes or name == start.node.name or not (columns or all_rows):
                continue
            known = found.get(name)
            if known is None:
                known = found[name] = Reached(graph.nodes[name], each.node.name, each.depth + 1)
            elif columns <= known.columns and known.all_rows >= all_rows:
                continue
            known.columns |= columns
            known.all_rows |= all_rows
            waiting.append(known)
    return sorted(found.values(), key=lambda each: (each.depth, each.node.name))


def _computed(graph: Graph, each: Reached, reader: str) -> set[str]:
    """The columns of a reader that are computed from the columns that changed."""
    return {
        column
        for changed in each.columns
        for model, column in graph.values.get((each.node.name, changed), ())
        if model == reader
    }


def _consumers(graph: Graph, project: Path, found: list[Reached]) -> Iterator[Consumer]:
    by_name = {each.node.name: each for each in found}
    yield from _metrics(project, by_name)
    yield from _contracts(project, by_name)
    for each in found:
        yield from _pages(graph, each)
        for name in graph.audited.get(each.node.name, ()):
            if name not in by_name:
                yield Consumer("audit", name, each.node.name, "its audits compare with it")
    for name in FEATURES:
        if name in by_name:
            yield from _features(graph, by_name[name])


def _metrics(project: Path, found: dict[str, Reached]) -> Iterator[Consumer]:
    defined = metrics.read_metrics(project / metrics.FOLDER)
    for name, metric in defined.items():
        for model in dict.fromkeys((metric.model, metric.source)):
            columns = columns_of(metric, defined)
            if model in found and found[model].reaches(columns):
                yield Consumer("metric", name, model, ", ".join(columns))


def _contracts(project: Path, found: dict[str, Reached]) -> Iterator[Consumer]:
    for contract in contracts.read_contracts(project):
        each = found.get(contract.model)
        if each is None or not each.reaches(list(contract.columns)):
            continue
        told = f"version {contract.version}, {contract.notice_days.breaking} days' notice"
        people = ", ".join(contract.stakeholders)
        yield Consumer(
            "contract", contract.model, contract.model, f"{told}; {people}" if people else told
        )
        for reader in contract.consumers:
            yield Consumer("reader", reader, contract.model, "named in the contract")


def _pages(graph: Graph, each: Reached) -> Iterator[Consumer]:
    queries: dict[str, list[str]] = {}
    for use in graph.pages.get(each.node.name, ()):
        if each.all_rows or use.column in each.columns:
            queries.setdefault(use.page, []).append(use.query)
    for page, names in sorted(queries.items()):
        yield Consumer("page", page, each.node.name, ", ".join(dict.fromkeys(names)))


def _features(graph: Graph, each: Reached) -> Iterator[Consumer]:
    for name, tasks in sorted(graph.learned.items()):
        if each.reaches([name]) and name in each.node.columns:
            yield Consumer("feature", name, each.node.name, f"learned by {', '.join(tasks)}")
