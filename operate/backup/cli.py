"""The commands `patron backup` and `patron restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from patron import console
from patron.options import JSON, WAIT


@click.command(epilog="Example: patron backup /mnt/backups --keep 14 --wait 3600")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), help="Keep so many there; delete older ones.")
@WAIT
@JSON
@click.pass_context
def backup(
    ctx: click.Context,
    folder: Path | None,
    keep: int | None,
    wait_seconds: float,
    *,
    as_json: bool,
) -> None:
    """Write one archive of the shop: databases, trained models, settings, with their hashes.

    Not in it: secrets (.env), exports that sources read, pages. Personal data are in it, so the
    file is its owner's alone. Default folder: backups/ in the shop folder.
    """
    from operate.backup.save import save

    saved = save(ctx.obj(), folder, keep=keep, wait_seconds=wait_seconds)
    if as_json:
        console.emit_json(asdict(saved))
        return
    click.echo(f"wrote {saved.path}: {saved.files} files, {saved.size:,} bytes")
    for path in saved.removed:
        click.echo(f"removed {path}")


@click.command(epilog="Example: patron --shop /srv/new restore /mnt/backups/berlin-....tar.gz")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--yes", is_flag=True, help="Replace a shop that is not empty.")
@WAIT
@JSON
@click.pass_context
def restore(
    ctx: click.Context, file: Path | None, wait_seconds: float, *, yes: bool, as_json: bool
) -> None:
    """Put a backup in the place of the shop. Without FILE: finish a restore that was interrupted.

    Everything is checked before anything is changed. Customers erased since the backup was made
    are erased again. Afterwards 'patron run' loads what is new since.
    """
    from operate.backup.bring_back import restore as bring_back

    done = bring_back(ctx.obj(), file, agreed=yes, wait_seconds=wait_seconds)
    if as_json:
        console.emit_json(asdict(done))
        return
    of = f" of {done.created_at} UTC" if done.created_at else ""
    click.echo(f"restored {done.files} files{of}")
    if done.forgotten:
        click.echo(f"erased again, as since the backup: {done.forgotten} customer(s)")
    click.echo("next: patron run, which loads what is new since")
    click.echo("customers erased elsewhere since then: 'patron forget --requested' after it")
