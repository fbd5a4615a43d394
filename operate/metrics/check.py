"""Whether the metrics are in order: `patron metrics check`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import duckdb

from operate.metrics.columns import model_columns
from operate.metrics.release import Meaning, differences, meanings, released, write
from patron.config import project_variables
from patron.errors import PatronError
from patron.metric_queries import DIALECT, columns_of, compiled
from patron.metric_tables import target_rows
from patron.metrics import BASE, FOLDER, Metric, read_metrics
from patron.names import suggestion
from patron.sql import identifier
from patron.warehouse import first_line

PAGES = "reports"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a metric, and what to do."""

    metric: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.metric}: {self.what}; {self.remedy}"


def check_metrics(project: Path) -> list[Problem]:
    """Look at all metrics of a project.

    Raises:
        PatronError: If a file cannot be read at all.
    """
    folder = project / FOLDER
    metrics = read_metrics(folder)
    target_rows(metrics, project_variables(project))
    return [
        *_not_computable(project, metrics),
        *_changed_unsaid(meanings(metrics), released(folder), metrics),
        *_used_though_deprecated(project, metrics),
    ]


def release(project: Path, *, remove: bool = False) -> list[str]:
    """Keep what the metrics mean now as released, and say what changed.

    Raises:
        PatronError: If a metric is not in order; nothing is kept then.
    """
    folder = project / FOLDER
    metrics = read_metrics(folder)
    before = released(folder)
    gone = set(before) - set(metrics)
    problems = [
        problem for problem in check_metrics(project) if not (remove and problem.metric in gone)
    ]
    if problems:
        raise PatronError(
            "the metrics are not in order",
            where="\n".join(map(str, problems)),
            remedy="put them in order, then release them",
        )
    now = meanings(metrics)
    if now == before:
        return []
    write(folder, metrics)
    changed = [name for name, meaning in now.items() if meaning != before.get(name)]
    return [f"{name} {metrics[name].version}" for name in changed] + [
        f"{name} is gone" for name in sorted(gone)
    ]


def _not_computable(project: Path, metrics: Mapping[str, Metric]) -> Iterator[Problem]:
    known = cache(partial(model_columns, project))
    with duckdb.connect() as connection:
        for metric in metrics.values():
            for table in dict.fromkeys((metric.model, metric.source)):
                try:
                    columns = known(table)
                except PatronError as error:
                    yield Problem(metric.name, error.what, str(error.remedy))
                    continue
                yield from _against(connection, metric, metrics, table, columns)


def _against(
    connection: duckdb.DuckDBPyConnection,
    metric: Metric,
    metrics: Mapping[str, Metric],
    table: str,
    columns: Mapping[str, str],
) -> Iterator[Problem]:
    by_column = metric.dimensions.values() if table == metric.source != BASE else ()
    needed = {*columns_of(metric, metrics), *by_column, *filter(None, [metric.time_column])}
    if missing := sorted(needed - set(columns)):
        near = suggestion(missing[0], columns)
        yield Problem(metric.name, f"{table} has no column '{missing[0]}'", near)
        return
    declared = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE model ({declared})")
    for sql in {compiled(metric, metrics, grain).sql(DIALECT) for grain in metric.grains}:
        try:
            connection.execute(f"SELECT ({sql})::DOUBLE FROM model")
        except duckdb.Error as error:
            what = f"its expression does not compile over {table}: {first_line(error)}"
            yield Problem(metric.name, what, "correct 'expression', 'at' or 'filter'")


def _changed_unsaid(
    now: Mapping[str, Meaning], before: Mapping[str, Meaning], metrics: Mapping[str, Metric]
) -> Iterator[Problem]:
    for name, was in before.items():
        if name not in now:
            near = "deprecate it first ('deprecated: {since: ..., replaced_by: ...}')"
            yield Problem(name, "it was released and is gone", f"{near}, then 'release --remove'")
            continue
        changed = differences(now[name], was)
        version = metrics[name].version
        if version < was["version"]:
            what = f"its version is {version}, and {was['version']} was released"
            yield Problem(name, what, f"write 'version: {was['version'] + 1}'")
        elif changed and version == was["version"]:
            what = f"{' and '.join(changed)} changed, and its version did not"
            remedy = f"write 'version: {version + 1}', then call 'patron metrics release'"
            yield Problem(name, what, remedy)


def _used_though_deprecated(project: Path, metrics: Mapping[str, Metric]) -> Iterator[Problem]:
    old = {name: metric for name, metric in metrics.items() if metric.deprecated}
    if not old:
        return
    for path in sorted((project / PAGES).rglob("*")):
        if path.suffix not in {".md", ".sql"} or "builder" in path.parts:
            continue
        used = metrics_named(path.read_text(encoding="utf-8"))
        for name in sorted(used & set(old)):
            deprecated = old[name].deprecated
            instead = deprecated.replaced_by if deprecated else None
            yield Problem(
                name,
                f"it is deprecated and used in {path.relative_to(project)}",
                f"use '{instead}' there" if instead else "take it out there",
            )


_MENTION = re.compile(r"\bmetric\w*\s*(?:=|\(|\bIN\b)\s*([^\n;)}/>]*)", re.IGNORECASE)


def metrics_named(text: str) -> set[str]:
    """The names that a page or query mentions where it asks for metrics."""
    return {
        name
        for asked in _MENTION.finditer(text)
        for name in re.findall(r"[a-z][a-z0-9_]*", asked[1])
    }
