"""The commands `patron train` and `patron models`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patron.console import emit_json, print_table, progress, say
from patron.errors import PatronError, UsageError
from patron.options import JSON, WAIT

if TYPE_CHECKING:
    from ml.experiments import Experiment
    from ml.train import TrainResult
    from ml.uplift import Effect

CHOICES = ("clv", "churn", "next-order", "all")
TASK = click.Choice(CHOICES[:-1])


@click.command(epilog="Example: patron train clv --wait 60")
@click.argument("tasks", nargs=-1, type=click.Choice(CHOICES), metavar="[clv|churn|next-order|all]")
@click.option("--force", is_flag=True, help="Promote the new model without being better.")
@WAIT
@JSON
@click.pass_context
def train(
    ctx: click.Context,
    tasks: tuple[str, ...],
    wait_seconds: float,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Train predictions and promote the better model.

    Each model is fitted on past months, judged on later ones beside simple baselines, registered,
    and becomes champion only if it beats the champion beyond the noise. Training reads the
    published copy: runs and reports go on meanwhile.
    """
    from ml.reading import tables_of_this_release
    from ml.train import train_all

    chosen = None if not tasks or "all" in tasks else tasks
    with progress("training") as bar, tables_of_this_release():
        results = train_all(
            ctx.obj(),
            chosen,
            force=force,
            wait_seconds=wait_seconds,
            progress=lambda step: bar.update(bar.task_ids[0], description=step),
        )
    if as_json:
        emit_json([_as_dict(result) for result in results])
        return
    for result in results:
        _show_result(result)


@click.group(invoke_without_command=True, epilog="Example: patron models rollback clv")
@click.pass_context
def models(ctx: click.Context) -> None:
    """List, promote and roll back trained models."""
    if not ctx.invoked_subcommand:
        ctx.invoke(list_models)


@models.command("list", epilog="Example: patron models list --json")
@JSON
@click.pass_context
def list_models(ctx: click.Context, *, as_json: bool = False) -> None:
    """List the trained models and which are in use."""
    from ml.tables import registered

    rows = list(registered(ctx.obj()))
    if as_json:
        emit_json(rows)
        return
    if not rows:
        say("no model trained yet; train with 'patron train'")
        return
    columns = ("task", "version", "in use", "days ahead", "judged on", "cannot be used because")
    listed = [
        (
            row["task"],
            row["version"],
            _use(row),
            row["horizon_days"],
            f"{row['first_holdout_cutoff']} .. {row['last_holdout_cutoff']}",
            row["problem"],
        )
        for row in rows
    ]
    print_table("", columns, listed)


@models.command(epilog="Example: patron models show clv")
@click.argument("task", type=TASK)
@click.argument("version", required=False)
@JSON
@click.pass_context
def show(ctx: click.Context, task: str, version: str | None, *, as_json: bool) -> None:
    """Show a model's card; the champion's without VERSION."""
    from ml import registry

    shop, name = ctx.obj(), task.replace("-", "_")
    if version is None:
        current = registry.champion(shop, name)
        if current is None:
            raise PatronError(
                f"no model trained yet for {task}", remedy=f"train one with 'patron train {task}'"
            )
        version = current.version
    card = registry.read_card(shop, name, version)
    if as_json:
        emit_json(card)
    else:
        _show_card(card)


@models.command(epilog="Example: patron models promote clv clv-2026-11-21-1a2b3c4d")
@click.argument("task", type=TASK)
@click.argument("version")
@click.pass_context
def promote(ctx: click.Context, task: str, version: str) -> None:
    """Make a registered version the champion."""
    from ml import registry

    registry.promote(ctx.obj(), task.replace("-", "_"), version)
    say(f"{version} is the champion; it scores at the next run")


@models.command(epilog="Example: patron models rollback churn")
@click.argument("task", type=TASK)
@click.pass_context
def rollback(ctx: click.Context, task: str) -> None:
    """Go back to the champion before."""
    from ml import registry

    version = registry.rollback(ctx.obj(), task.replace("-", "_"))
    say(f"{version} is the champion again; it scores at the next run")


@models.command(epilog="Example: patron models uplift K0021 --customers mailing.csv")
@click.argument("campaign_id", required=False, metavar="[CAMPAIGN]")
@click.option(
    "--customers",
    "customers_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the customers to reach to this CSV file, those changed most first.",
)
@WAIT
@JSON
@click.pass_context
def uplift(
    ctx: click.Context,
    campaign_id: str | None,
    customers_file: Path | None,
    wait_seconds: float,
    *,
    as_json: bool,
) -> None:
    """Show what campaigns with a holdout changed, and whether it is known whom.

    Revenue is compared by equal predicted value at the assignment. Whom a campaign changes most,
    models of those treated and those held out say; their Qini is above 0 where they are better than
    chance. All campaigns measured to the end without CAMPAIGN.
    """
    from ml.experiments import customers_changed_most, judge, read_experiments
    from ml.reading import tables_of_this_release
    from ml.settings import load_settings
    from patron.lock import writer_lock
    from patron.warehouse import connect

    if customers_file and not campaign_id:
        raise UsageError("--customers needs a CAMPAIGN", remedy="name the one to repeat")
    shop, minimum = ctx.obj(), load_settings().min_response_model_customers
    if not shop.warehouse.exists():
        raise PatronError(
            "nothing has run yet", where=str(shop.warehouse), remedy="run 'patron run' once"
        )
    # The warehouse has no readers beside its writer.
    with (
        writer_lock(shop, "models uplift", wait_seconds),
        connect(shop.warehouse, read_only=True) as connection,
        tables_of_this_release(),
    ):
        read = read_experiments(connection, campaign_id, with_customers_now=bool(customers_file))
    found = []
    with progress("campaigns", len(read.experiments)) as bar:
        for campaign, rows in read.experiments:
            found.append(judge(campaign, rows, minimum))
            bar.advance(bar.task_ids[0])
    if as_json:
        emit_json([asdict(one) | {"finding": one.finding} for one in found])
    else:
        _show_experiments(found, minimum)
    if customers_file and read.customers_now is not None:
        listed = customers_changed_most(found[0], read.experiments[0][1], read.customers_now)
        listed.to_csv(customers_file, index=False)
        say(f"{len(listed):,} customers written to {customers_file}")


def _use(row: dict[str, Any]) -> str:
    if row["is_champion"]:
        return "champion" if row["is_usable"] else "champion, does not score"
    return "scores in its place" if row["is_scoring"] else ""


def _show_result(result: TrainResult) -> None:
    if result.card:
        _show_card(result.card)
    for name, interval in result.comparison.items():
        say(
            f"  against the champion, {name}: {interval.value:+.4g}"
            f" [{interval.low:+.4g}, {interval.high:+.4g}]"
        )
    say(f"{result.task}: {result.outcome}; {result.reason}")


def _show_card(card: dict[str, Any]) -> None:
    from ml.names import metric_name, predictor_name
    from ml.tables import limits

    data = card["data"]
    for subject, predictors in card["metrics"].items():
        metrics = list(next(iter(predictors.values())))
        title = (
            f"{card['version']}: {subject.replace('_', ' ')}, {card['horizon_days']} days ahead, "
            f"judged on {data['holdout_cutoffs'][0]} .. {data['holdout_cutoffs'][-1]}"
        )
        rows = [
            (predictor_name(name), *(_interval(measured.get(metric)) for metric in metrics))
            for name, measured in predictors.items()
        ]
        print_table(title, ("predictor", *map(metric_name, metrics)), rows)
        for fact, value in card["facts"].get(subject, {}).items():
            say(f"  {metric_name(fact)}: {value:.4g}")
    strongest = sorted(card.get("importance", {}).items(), key=lambda item: -item[1])[:5]
    if strongest:
        say(f"  goes most by: {', '.join(name.replace('_', ' ') for name, _ in strongest)}")
    for limit in limits(card):
        say(f"  {limit}")


def _show_experiments(found: Sequence[Experiment], minimum: int) -> None:
    if not found:
        say("no campaign with customers held out is measured to the end")
        return
    columns = (
        "campaign",
        "name",
        "start",
        "treated",
        "held out",
        "more buyers, points",
        "more revenue each",
        "by equal predicted value",
        "Qini, thousandths",
        "response models",
    )
    rows = [
        (
            one.campaign.campaign_id,
            one.campaign.campaign_name,
            one.campaign.start_date,
            one.treated,
            one.held_out,
            _effect(one.buyers, 100),
            _effect(one.revenue),
            _effect(one.adjusted_revenue),
            _effect(one.qini, 1000),
            one.finding,
        )
        for one in found
    ]
    print_table("", columns, rows)
    say(f"  customers known before the month of the assignment; at least {minimum:,} in each arm")


def _effect(effect: Effect | None, unit: float = 1.0) -> str:
    if effect is None:
        return ""
    value, low, high = (unit * each for each in (effect.value, effect.low, effect.high))
    return f"{value:+.2f} [{low:+.2f}, {high:+.2f}]"


def _interval(measured: dict[str, float] | None) -> str:
    if measured is None:
        return ""
    half = (measured["high"] - measured["low"]) / 2
    return f"{measured['value']:.4g} ± {half:.2g}"


def _as_dict(result: TrainResult) -> dict[str, Any]:
    return asdict(result)
