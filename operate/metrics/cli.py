"""The command `patron metrics`: what the numbers mean, and whether they still do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from patron.console import emit_json, print_table, say
from patron.errors import EXIT_FAILED
from patron.options import JSON

if TYPE_CHECKING:
    from patron.metrics import Metric
    from patron.shop import Shop


@click.group(invoke_without_command=True, epilog="Example: patron metrics show aov")
@click.pass_context
def metrics(ctx: click.Context) -> None:
    """Show what the numbers mean, and see that none changes its meaning unsaid.

    The definitions stand in metrics/, the last released ones in metrics/released.yaml.
    """
    if not ctx.invoked_subcommand:
        ctx.invoke(list_metrics)


@metrics.command("list", epilog="Example: patron metrics list --json")
@JSON
@click.pass_context
def list_metrics(ctx: click.Context, *, as_json: bool = False) -> None:
    """List the metrics with what they mean and who answers for them."""
    from patron.metric_tables import definition_rows

    rows = definition_rows(_metrics(ctx.obj()))
    if as_json:
        emit_json(rows)
        return
    columns = ("metric", "label", "kind", "unit", "better", "by", "owner", "version", "state")
    print_table("", columns, [_line(row) for row in rows])


@metrics.command("show", epilog="Example: patron metrics show aov")
@click.argument("name", metavar="NAME")
@JSON
@click.pass_context
def show_metric(ctx: click.Context, name: str, *, as_json: bool) -> None:
    """Show a metric: what it means, its SQL, latest values, targets, and what it is made of."""
    from operate.metrics.show import described
    from patron.metrics import metric_named

    shop = ctx.obj()
    found = _metrics(shop)
    described_metric = described(shop, metric_named(found, name), found)
    if as_json:
        emit_json(described_metric)
    else:
        _print(described_metric)


@metrics.command("check", epilog="Example: patron metrics check")
@JSON
@click.pass_context
def check(ctx: click.Context, *, as_json: bool) -> int:
    """Check all definitions: 1 where one does not compile or changed its meaning unsaid.

    A metric that means something else than when it was released has to have a higher version; one
    that is deprecated must not be on a page.
    """
    from operate.metrics.check import check_metrics

    shop = ctx.obj()
    problems = check_metrics(shop.project)
    if as_json:
        emit_json([vars(problem) for problem in problems])
    else:
        for problem in problems:
            click.echo(str(problem))
        say(f"{len(_metrics(shop))} metrics, {len(problems)} problems")
    return EXIT_FAILED if problems else 0


@metrics.command("release", epilog="Example: patron metrics release")
@click.option("--remove", is_flag=True, help="Let go of deprecated metrics that are gone.")
@click.pass_context
def release(ctx: click.Context, *, remove: bool) -> None:
    """Keep what the metrics mean now as what is released."""
    from operate.metrics.check import release as keep

    kept = keep(ctx.obj().project, remove=remove)
    for line in kept:
        say(f"released {line}")
    if not kept:
        say("nothing changed since the last release")


def _metrics(shop: Shop) -> dict[str, Metric]:
    from patron.metrics import FOLDER, read_metrics

    return read_metrics(shop.project / FOLDER)


def _line(row: dict[str, Any]) -> tuple[object, ...]:
    state = "deprecated" if row["deprecated_date"] else "certified" if row["certified_by"] else ""
    fields = ("metric", "label", "kind", "unit", "direction", "dimensions", "owner", "version")
    return (*(row[field] for field in fields), state)


def _print(metric: dict[str, Any]) -> None:
    shown = [
        ("means", metric["description"]),
        ("kind", f"{metric['kind']}, {metric['unit']}, {metric['direction']}"),
        ("by", metric["dimensions"]),
        ("at", metric["grains"]),
        ("owner", metric["owner"]),
        ("version", metric["version"]),
        ("certified", _of(metric["certified_by"], metric["certified_date"])),
        ("deprecated", _of(metric["replaced_by"], metric["deprecated_date"])),
        ("material from", f"{metric['materiality']:.0%}"),
        *((f"from {table}", ", ".join(names)) for table, names in metric["lineage"].items()),
        ("targets", "\n".join(_target(target) for target in metric["targets"])),
        ("SQL", metric["query"]),
    ]
    rows = [(name, str(text)) for name, text in shown if text]
    print_table(f"{metric['label']} ({metric['metric']})", ("", "what"), rows)
    if metric["latest"]:
        values = [list(row.values()) for row in metric["latest"]]
        print_table("Latest values of the whole shop", list(metric["latest"][0]), values)
    else:
        say("nothing has been published yet: 'patron run' computes the values")


def _of(who: str | None, when: str | None) -> str:
    return " ".join(part for part in (when, f"({who})" if who else None) if part)


def _target(target: dict[str, Any]) -> str:
    band = f", {target['warning_share']:.0%} watched" if target["warning_share"] else ""
    where = "" if target["dimension"] == "all" else f" for {target['dimension']} {target['member']}"
    days = f"from {target['valid_from']} until {target['valid_until']}"
    always = target["valid_from"] == "1900-01-01" and target["valid_until"] == "2199-12-31"
    return f"{target['target']:g} a {target['grain']}{where}{band}{'' if always else ', ' + days}"
