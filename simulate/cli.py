"""The command `patron simulate`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patron.console import emit_json, out, print_table, progress, say
from patron.lock import writer_lock
from patron.options import JSON, WAIT
from patron.shop import Shop
from simulate.serve_cli import serve
from simulate.webhooks_cli import events

if TYPE_CHECKING:
    from simulate.deliver import Summary
    from simulate.shopfolder import Report
    from simulate.state import Folders

OUT = click.option(
    "--out", "out_folder", metavar="DIR", help="Where the shop's files are. Default: data/shop."
)
TRUTH = click.option(
    "--truth", "truth_folder", metavar="DIR", help="Where its truth is. Default: beside --out."
)
POSTGRES = click.option(
    "--postgres-env",
    metavar="NAME",
    help="Fill the PostgreSQL database too whose connection string this variable holds.",
)


@click.group(
    invoke_without_command=True,
    epilog="Example: patron simulate --customers 2000 --orders 20000 --days 730 --seed 7",
)
@click.option("--customers", default=10_000, show_default=True, help="Sign-ups.")
@click.option("--orders", default=100_000, show_default=True, help="Orders.")
@click.option("--days", default=1095, show_default=True, help="Length of the history.")
@click.option("--end", metavar="DATE", help="First day without data (UTC). Default: today.")
@click.option("--seed", default=1, show_default=True, help="Same seed, same bytes.")
@click.option(
    "--format", "file_format", default="parquet", show_default=True, help="csv or parquet."
)
@click.option("--if-missing", is_flag=True, help="Do nothing if there is a shop already.")
@click.option("--force", is_flag=True, help="Replace the shop that is there.")
@OUT
@TRUTH
@POSTGRES
@JSON
@WAIT
@click.pass_context
def simulate(ctx: click.Context, /, **options: Any) -> None:
    """Make a simulated shop: a folder of files per stream, and the truth behind them.

    With 'advance' an existing shop goes on as if days had passed.
    """
    if ctx.invoked_subcommand is None:
        _create(ctx.obj(), options)


@simulate.command(epilog="Example: patron simulate advance --days 1")
@click.option("--days", default=1, show_default=True, help="How many days pass.")
@OUT
@TRUTH
@POSTGRES
@JSON
@WAIT
@click.pass_context
def advance(ctx: click.Context, /, days: int, **options: Any) -> None:
    """Let the shop go on; writes just the rows that are new or have changed."""
    from simulate import shopfolder

    parent = ctx.parent.params if ctx.parent else {}
    shop: Shop = ctx.obj()
    folders = _folders(
        shop,
        options["out_folder"] or parent.get("out_folder"),
        options["truth_folder"] or parent.get("truth_folder"),
    )
    started = time.monotonic()
    with (
        writer_lock(shop, "patron simulate advance", options["wait_seconds"]),
        _bar("Advancing") as report,
    ):
        summary = shopfolder.advance(folders, days, report=report)
        _fill(folders, options["postgres_env"])
    _show(summary, folders, started, as_json=options["as_json"])


simulate.add_command(serve)
simulate.add_command(events)


def _create(shop: Shop, options: dict[str, Any]) -> None:
    from simulate import settings, shopfolder

    names = ("customers", "orders", "days", "seed", "file_format")
    spec = settings.ShopSpec(
        end=settings.parse_end(options["end"]), **{name: options[name] for name in names}
    )
    folders = _folders(shop, options["out_folder"], options["truth_folder"])
    started = time.monotonic()
    with (
        writer_lock(shop, "patron simulate", options["wait_seconds"]),
        _bar("Simulating") as report,
    ):
        if options["if_missing"] and folders.has_shop:
            say(f"there is a simulated shop already: {folders.out}")
            _fill(folders, options["postgres_env"])
            if options["as_json"]:
                emit_json({"created": False, "out": folders.out, "truth": folders.truth})
            return
        summary = shopfolder.create(spec, folders, force=options["force"], report=report)
        _fill(folders, options["postgres_env"], force=options["force"])
    _show(summary, folders, started, as_json=options["as_json"])


def _fill(folders: Folders, variable: str | None, *, force: bool = False) -> None:
    """Bring the shop's database up to its files, where one is asked for."""
    if variable:
        from simulate import postgres

        rows = postgres.fill(folders, variable, force=force)
        say(f"rows written to the database of {variable}: {sum(rows.values()):,}")


def _folders(shop: Shop, out_folder: str | None, truth_folder: str | None) -> Folders:
    from simulate.state import Folders

    place = Path(out_folder).expanduser().resolve() if out_folder else shop.data / "shop"
    truth = Path(truth_folder).expanduser().resolve() if truth_folder else place.parent / "truth"
    return Folders(place, truth)


@contextmanager
def _bar(description: str) -> Iterator[Report]:
    from patron.errors import PatronError

    with progress(description) as bar:

        def report(done: int, count: int) -> None:
            bar.update(bar.task_ids[0], completed=done, total=count)

        try:
            yield report
        except OSError as error:
            raise PatronError(
                f"cannot write: {error.strerror}",
                where=error.filename,
                remedy="check the disk and its permissions, then run the same command again",
            ) from error


def _show(summary: Summary, folders: Folders, started: float, *, as_json: bool) -> None:
    if as_json:
        emit_json(
            {"created": True, "out": folders.out, "truth": folders.truth}
            | {"rows": summary.rows, "defects": summary.defects}
        )
        return
    print_table("", ["stream", "rows"], list(summary.rows.items()))
    out().print(f"{folders.out}  ({time.monotonic() - started:.1f} s)", markup=False)
