"""The commands `patron init` and `patron ingest`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ingest.airbyte.cli import install_airbyte
from ingest.inspect_cli import check, profile
from ingest.webhooks.cli import serve
from patron.console import emit_json, print_table, progress, say
from patron.options import JSON, WAIT

if TYPE_CHECKING:
    from ingest.load import StreamLoad

COLUMNS = ("read", "inserted", "updated", "unchanged", "rejected", "deleted")


@click.command(
    epilog="Example: patron init    |    patron init --mapping shopify_orders_export --path exports"
)
@click.option("--mapping", metavar="NAME", help="Use one of Patron's mappings for a known layout.")
@click.option("--path", metavar="PATH", help="The folder, zip archive or file the mapping reads.")
@click.option("--if-missing", is_flag=True, help="Do nothing when the shop has a sources.yaml.")
@click.option("--force", is_flag=True, help="Replace an existing sources.yaml.")
@click.pass_context
def init(
    ctx: click.Context, mapping: str | None, path: str | None, *, if_missing: bool, force: bool
) -> None:
    """Scaffold sources.yaml and folders for a shop.

    Without a mapping, sources.yaml reads a folder of files, with SELECTs to adapt.
    """
    from ingest.scaffold import scaffold
    from patron.errors import UsageError

    if path and not mapping:
        raise UsageError(
            "--path says what a mapping reads, and no mapping is named",
            remedy="add --mapping NAME, or write the path into sources.yaml",
        )
    shop = ctx.obj()
    if if_missing and shop.sources_file.exists():
        say(f"{shop.sources_file} exists and stays as it is")
        return
    for written in scaffold(shop, mapping=mapping, path=path, overwrite=force):
        click.echo(f"wrote {written}")
    if not mapping:
        click.echo("next: put your exports into the folder it names, adapt the SELECTs, then")
    click.echo("next: patron ingest" if mapping else "      patron ingest")


@click.group(invoke_without_command=True, epilog="Example: patron ingest --stream orders --wait 60")
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Only this source.")
@click.option("--stream", "streams", multiple=True, metavar="NAME", help="Only this stream.")
@click.option("--accept-drop", is_flag=True, help="Load although much less is there than before.")
@WAIT
@JSON
@click.pass_context
def ingest(
    ctx: click.Context,
    sources: tuple[str, ...],
    streams: tuple[str, ...],
    wait_seconds: float,
    *,
    accept_drop: bool,
    as_json: bool,
) -> None:
    """Load the declared sources into raw tables.

    Each stream is loaded in one transaction: all of it or nothing. Loading the same data twice
    changes nothing. Rows that break the contract are kept in raw.rejected_rows with the reason.
    """
    if ctx.invoked_subcommand:
        return
    from ingest.run import ingest_all

    with progress("loading") as bar:
        task = bar.task_ids[0]

        def report(stream: str, number: int, total: int) -> None:
            bar.update(task, description=f"loading {stream}", completed=number - 1, total=total)

        loads = ingest_all(
            ctx.obj(), wait_seconds, sources, streams, accept_drop=accept_drop, report=report
        )
    if as_json:
        emit_json([load.as_dict() for load in loads])
    else:
        _show(loads)


@ingest.command(epilog="Example: patron ingest contract --stream orders")
@click.option("--stream", metavar="NAME", help="Show the columns of one stream.")
@click.option("--external-models", is_flag=True, help="Write external_models/raw.yaml for SQLMesh.")
@click.option("--docs", is_flag=True, help="Write the tables of docs/sources.md.")
@JSON
@click.pass_context
def contract(
    ctx: click.Context, stream: str | None, *, external_models: bool, docs: bool, as_json: bool
) -> None:
    """Show what a source has to deliver."""
    if external_models:
        from ingest.external_models import write_external_models

        click.echo(f"wrote {write_external_models(ctx.obj().project)}")
        return
    from ingest.describe import contract_rows, stream_rows, write_docs

    if docs:
        click.echo(f"wrote {write_docs(ctx.obj().project)}")
        return
    rows = stream_rows(stream) if stream else contract_rows()
    if as_json:
        emit_json(rows)
    else:
        print_table("", list(rows[0]), [list(row.values()) for row in rows])


ingest.add_command(check)
ingest.add_command(install_airbyte)
ingest.add_command(serve)
ingest.add_command(profile)


def _show(loads: list[StreamLoad]) -> None:
    shown = [load for load in loads if load.status != "absent"]
    several = len({load.source for load in loads}) > 1
    columns = COLUMNS if any(load.rows_deleted for load in loads) else COLUMNS[:-1]

    def name(load: StreamLoad) -> str:
        return f"{load.source}.{load.stream}" if several else load.stream

    rows = [
        (
            name(load),
            *(getattr(load, f"rows_{column}") for column in columns),
            round(load.seconds, 2),
        )
        for load in shown
    ]
    print_table("", ("stream", *columns, "sec"), rows)
    for load in shown:
        for notice in load.notices:
            say(f"{name(load)}: {notice}")
    absent = [name(load) for load in loads if load.status == "absent"]
    if absent:
        say(f"not in this shop: {', '.join(absent)}")
    if any(load.rows_rejected for load in loads):
        say("rejected rows and their reasons are in raw.rejected_rows")
