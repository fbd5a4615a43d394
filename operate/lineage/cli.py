"""The command `patron impact`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from patron import console
from patron.options import JSON

if TYPE_CHECKING:
    from rich.tree import Tree

    from operate.lineage.impact import Consumer, Impact, Reached

HEADINGS = {
    "metric": "Metrics",
    "contract": "Contracts",
    "reader": "Readers named in contracts",
    "page": "Report pages",
    "feature": "Features of trained models",
    "audit": "Models whose audits look there",
}
NOUNS = {
    "metric": "metric",
    "contract": "contract",
    "reader": "outside reader",
    "page": "report page",
    "feature": "feature",
    "audit": "audited model",
}
SHOWN_COLUMNS = 6


@click.command(
    epilog="Example: patron impact staging.stg_orders    |"
    "    patron impact int_orders.gross_amount --depth 2    |    patron impact raw.orders --json"
)
@click.argument("target", metavar="MODEL[.COLUMN]")
@click.option(
    "--depth", type=click.IntRange(min=1), metavar="N", help="Go no further than N models."
)
@click.option(
    "--values",
    is_flag=True,
    help="Follow only columns computed from it, not tables whose rows it chooses or joins.",
)
@JSON
@click.pass_context
def impact(
    ctx: click.Context, target: str, *, depth: int | None, values: bool, as_json: bool
) -> None:
    """Show what a change would reach: models, columns, metrics, contracts, pages.

    It reads the lineage of the last published run, so no model is read and nothing is locked.
    """
    from operate.lineage.graph import read_graph
    from operate.lineage.impact import impact as reached_by

    shop = ctx.obj()
    found = reached_by(read_graph(shop), shop.project, target, depth=depth, values=values)
    if as_json:
        console.emit_json(_document(found))
    else:
        _print(found)


def _document(found: Impact) -> dict[str, Any]:
    return {
        "target": found.target,
        "risk": found.node.risk,
        "owner": found.node.owner,
        "file": found.node.file,
        "models": [
            {
                "model": each.node.name,
                "via": each.via,
                "depth": each.depth,
                "columns": each.touched,
                "all_rows": each.all_rows,
                "risk": each.node.risk,
                "owner": each.node.owner,
            }
            for each in found.models
        ],
        "consumers": [
            {"kind": each.kind, "name": each.name, "model": each.model, "detail": each.detail}
            for each in found.consumers
        ],
    }


def _print(found: Impact) -> None:
    from rich.text import Text
    from rich.tree import Tree

    about = f"{found.node.risk} risk, owner {found.node.owner}"
    tree = Tree(Text(f"{found.target}  ({about}; {found.node.file or found.node.kind})"))
    branches: dict[str, Tree] = {found.node.name: tree}
    for each in found.models:
        above = branches[each.via or found.node.name]
        branches[each.node.name] = above.add(Text(_line(each)))
    out = console.out()
    out.print(tree)
    for kind, heading in HEADINGS.items():
        _print_consumers(heading, [each for each in found.consumers if each.kind == kind])
    out.print(_summary(found), markup=False, soft_wrap=True)


def _line(each: Reached) -> str:
    touched = each.touched
    more = f", and {len(touched) - SHOWN_COLUMNS} more" if len(touched) > SHOWN_COLUMNS else ""
    parts = [", ".join(touched[:SHOWN_COLUMNS]) + more] if touched else []
    if each.all_rows:
        parts.append("which rows there are")
    return f"{each.node.name}  ({'; '.join(parts)})"


def _print_consumers(heading: str, consumers: list[Consumer]) -> None:
    if not consumers:
        return
    from rich.markup import escape

    rows: dict[tuple[str, str], list[str]] = {}
    for each in consumers:
        rows.setdefault((each.name, each.detail), []).append(each.model)
    console.print_table(
        heading,
        ("name", "reads", "more"),
        [
            (escape(name), ", ".join(models), escape(detail))
            for (name, detail), models in rows.items()
        ],
    )


def _summary(found: Impact) -> str:
    if not found.models and not found.consumers:
        return f"Nothing reads {found.target}."
    counts = [_count(len(found.models), "model")]
    for kind, noun in NOUNS.items():
        if names := {each.name for each in found.consumers if each.kind == kind}:
            counts.append(_count(len(names), noun))
    return f"A change of {found.target} reaches {', '.join(counts)}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"
