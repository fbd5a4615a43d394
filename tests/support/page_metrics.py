"""Numbers on pages that carry the name of a metric, held against marts.mart_kpis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from patron.config import project_variables
from patron.metrics import Metric, read_metrics
from patron.shop import Shop
from patron.warehouse import reading
from reports.builder.data.runner import Answer, Limits, QueryRunner
from reports.builder.page.nodes import QuerySource
from reports.builder.site.assembly import Assembly
from reports.builder.site.content import Content
from reports.builder.site.publication import read_publication

# The day that tells of which period a row is, by what pages call it.
PERIODS = {"month": "month", "month_start": "month", "week_start": "week", "date_day": "day"}
LENGTHS = {1: "day", 7: "week"} | dict.fromkeys(range(28, 32), "month")
DIMENSIONS = ("country", "channel", "region", "payment_method", "customer_type")
Row = Mapping[str, object]
Key = tuple[str, str, str, str, date | None]


@dataclass(frozen=True)
class Claim:
    """A number of a page that carries the name of a metric.

    Attributes:
        query: File and name of the query that it is from.
        key: Metric, length of period, dimension, member and period.
        value: The number.
    """

    query: str
    key: Key
    value: float | None


class _Recorder(QueryRunner):
    """Runs queries, and keeps what they say."""

    answers: list[tuple[QuerySource, Answer]]

    def run(self, query: QuerySource, sql: str) -> Answer:
        answer = super().run(query, sql)
        self.answers.append((query, answer))
        return answer


def page_claims(shop: Shop, content: Path | None = None) -> list[Claim]:
    """What the pages of a shop say of metrics, each once."""
    metrics = read_metrics(shop.project / "metrics")
    with reading(shop) as connection:
        runner = _Recorder(connection, Limits())
        runner.answers = []
        variables = project_variables(shop.project)
        pages = Content(content or shop.project / "reports")
        list(Assembly(pages, runner, read_publication(connection, 2), variables).render())
    return list(
        dict.fromkeys(
            claim
            for query, answer in runner.answers
            for row in answer.result.rows
            for claim in _claims(
                f"{query.file}: {query.name}", row, len(answer.result.rows), metrics
            )
        )
    )


def disagreeing(shop: Shop, claims: list[Claim]) -> list[str]:
    """The claims that are not what marts.mart_kpis says, with what it says."""
    with reading(shop) as connection:
        known = _known(connection)
    found = []
    for claim in claims:
        wanted = known.get(claim.key)
        if claim.value is None and wanted is None:
            continue
        # What adds up is zero without a row, too.
        if claim.value != pytest.approx(wanted or 0.0, rel=1e-6, abs=1e-6):
            found.append(f"{claim.query} says {claim.value} of {claim.key}, the mart {wanted}")
    return found


def _known(connection: duckdb.DuckDBPyConnection) -> dict[Key, float]:
    rows = connection.execute(
        "SELECT metric, grain, dimension, member, period_start, value FROM marts.mart_kpis"
    ).fetchall()
    values: dict[Key, float] = {tuple(row[:5]): row[5] for row in rows}
    # What tells of now stands in the running day.
    now = connection.execute(
        "SELECT metric, 'now', dimension, member, NULL, value FROM marts.mart_kpis"
        " WHERE grain = 'day' AND period_start = as_of_date - 1"
    ).fetchall()
    return values | {tuple(row[:5]): row[5] for row in now}


def _claims(query: str, row: Row, rows: int, metrics: Mapping[str, Metric]) -> Iterator[Claim]:
    grain, start = _period(row)
    dimension = next((name for name in DIMENSIONS if name in row), "all")
    member = str(row[dimension]) if dimension in row else "all"
    for name, value in row.items():
        metric = metrics.get(name)
        if (
            metric is None
            or isinstance(value, str)
            or (dimension != "all" and dimension not in metric.dimensions)
        ):
            continue
        if metric.is_timed and metric.over != "so_far":
            if grain in metric.grains:
                yield Claim(query, (name, str(grain), dimension, member, start), _number(value))
        elif grain is None and rows == 1 and _is_of_the_whole_shop(query):
            yield Claim(query, (name, "now", dimension, member, None), _number(value))


def _is_of_the_whole_shop(query: str) -> bool:
    """The other pages tell of customers of many kinds under the same names."""
    return query.startswith("pages/index.md")


def _period(row: Row) -> tuple[str | None, date | None]:
    first, last = row.get("first_day"), row.get("last_day")
    if isinstance(first, date) and isinstance(last, date):
        return LENGTHS.get((last - first).days + 1), first
    for column, grain in PERIODS.items():
        found = row.get(column)
        if isinstance(found, date):
            return grain, found
    return None, None


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
