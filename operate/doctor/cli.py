"""The command `patron doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from patron import console
from patron.options import JSON

if TYPE_CHECKING:
    from operate.doctor.model import Diagnosis
    from patron.shop import Shop


@click.command(epilog="Example: patron doctor    |    patron doctor --json")
@JSON
@click.pass_context
def doctor(ctx: click.Context, *, as_json: bool) -> None:
    """Examine the installation and the shop, and say what to do.

    Exit code 1 if there is a problem; notes are no problems. Nothing is changed.
    """
    found = examine(ctx.obj())
    if as_json:
        console.emit_json([one.as_dict() for one in found])
    else:
        console.print_table(
            "",
            ("", "about", "found", "what to do"),
            [(one.state, one.about, one.found, one.advice) for one in found],
        )
    ctx.exit(1 if any(one.state == "problem" for one in found) else 0)


def examine(shop: Shop) -> list[Diagnosis]:
    """Everything that is looked at, in the order of what depends on what."""
    from operate.doctor import databases, installation, shop_files

    shop.require()
    looks = (
        installation.python,
        installation.packages,
        installation.connectors,
        shop_files.configuration,
        shop_files.permissions,
        shop_files.disk,
        shop_files.locks,
        databases.warehouse,
        databases.state,
        databases.published,
        databases.models,
        databases.erasures,
    )
    return [diagnosis for look in looks for diagnosis in look(shop)]
