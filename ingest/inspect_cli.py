"""The commands `patron ingest check` and `patron ingest profile`: looking without loading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from patron.console import emit_json, print_table, progress, say
from patron.errors import EXIT_FAILED
from patron.options import JSON

if TYPE_CHECKING:
    from ingest.checkup import Checkup
    from ingest.profile import ColumnProfile, StreamQuality

SOURCES = click.option("--source", "sources", multiple=True, metavar="NAME", help="Only this one.")
STREAMS = click.option("--stream", "streams", multiple=True, metavar="NAME", help="Only this one.")


@click.command(epilog="Example: patron ingest check --stream orders    |    in CI: --strict")
@SOURCES
@STREAMS
@click.option("--strict", is_flag=True, help="Rows that would be rejected make it fail.")
@JSON
@click.pass_context
def check(
    ctx: click.Context,
    sources: tuple[str, ...],
    streams: tuple[str, ...],
    *,
    strict: bool,
    as_json: bool,
) -> None:
    """Check the sources against the contract without loading.

    Says which streams and columns are delivered, which rows would be rejected and why, and what
    stays empty. Fails when a stream cannot be read or one that every shop needs is missing.
    """
    from ingest.checkup import check_sources

    with progress("checking") as bar:
        task = bar.task_ids[0]

        def report(stream: str, number: int, total: int) -> None:
            bar.update(task, description=f"checking {stream}", completed=number - 1, total=total)

        found = check_sources(ctx.obj(), sources, streams, report)
    if as_json:
        emit_json(found.as_dict())
    else:
        _show(found)
    if not found.is_loadable or (strict and found.rejected):
        ctx.exit(EXIT_FAILED)


@click.command(epilog="Example: patron ingest profile --stream orders")
@click.option("--stream", metavar="NAME", help="The columns of one stream instead of all tables.")
@JSON
@click.pass_context
def profile(ctx: click.Context, stream: str | None, *, as_json: bool) -> None:
    """Analyse what has been loaded: counts, ranges, gaps and a quality score per table.

    Reads the raw tables. The report's page on data sources shows the same, with the rows that
    staging refused counted too.
    """
    from ingest.profile import profile_shop

    columns, qualities = profile_shop(ctx.obj(), stream)
    if as_json:
        emit_json(
            {
                "streams": [quality.as_dict() for quality in qualities],
                "columns": [column.as_dict() for column in columns],
            }
        )
    elif stream:
        _show_columns(columns)
    else:
        _show_streams(qualities)


def _show_columns(columns: list[ColumnProfile]) -> None:
    print_table(
        "",
        ("column", "type", "filled %", "different", "lowest", "highest"),
        [
            (
                c.column_name,
                c.column_type,
                100 * c.value_count / c.row_count if c.row_count else None,
                c.distinct_count,
                c.lowest,
                c.highest,
            )
            for c in columns
        ],
    )


def _show_streams(qualities: list[StreamQuality]) -> None:
    print_table(
        "",
        ("stream", "rows", "rejected", "filled %", "score", "first", "last", "loaded"),
        [
            (
                q.stream,
                q.row_count,
                q.rejected_count,
                None if q.completeness_share is None else 100 * q.completeness_share,
                q.quality_score,
                q.first_event_at,
                q.last_event_at,
                q.last_loaded_at,
            )
            for q in qualities
        ],
    )


def _show(found: Checkup) -> None:
    print_table(
        "",
        ("source", "stream", "verdict", "rows", "rejected", "columns missing"),
        [
            (c.source, c.stream, c.verdict, c.rows, c.rejected, ", ".join(c.missing))
            for c in found.streams
        ],
    )
    for checked in found.streams:
        for reason, rows in checked.reasons.items():
            say(f"{checked.stream}: {rows:,} rows would be rejected: {reason}")
        if checked.ignored:
            say(f"{checked.stream}: ignored columns: {', '.join(checked.ignored)}")
        if checked.problem:
            say(f"{checked.stream}: {checked.problem}")
    for table in found.undelivered:
        _show_undelivered(table.name, table.feeds, table.fills, needed=table.needed)


def _show_undelivered(stream: str, feeds: str, fills: tuple[str, ...], *, needed: bool) -> None:
    say(
        f"{stream}: no source delivers it, and no shop can do without it"
        if needed
        else f"{stream}: no source delivers it (it is for {feeds})"
    )
    if fills:
        say(f"{stream}: empty without it: {', '.join(fills)}")
