"""The registry as tables, for `ml.model_registry`, `ml.model_metrics` and `patron models`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ml import registry
from ml.errors import UnusableModel
from ml.names import metric_name, predictor_name
from patron.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

YEAR = timedelta(days=365)


def registered(shop: Shop) -> Iterator[dict[str, Any]]:
    """One row for each task and version, in the order of the tasks and of the data."""
    for task in registry.TASKS:
        current = registry.champion(shop, task)
        scoring = registry.scoring_version(shop, task)
        for version in registry.versions(shop, task):
            is_champion = bool(current and current.version == version)
            yield _row(shop, task, version, is_champion) | {"is_scoring": version == scoring}


def measured(shop: Shop) -> Iterator[dict[str, Any]]:
    """One row for each task, version, subject, predictor and metric."""
    for task, version, card in _cards(shop):
        yield from _measurements(task, version, card)


def important(shop: Shop) -> Iterator[dict[str, Any]]:
    """One row for each task, version and feature, the most important first."""
    for task, version, card in _cards(shop):
        ordered = sorted(card.get("importance", {}).items(), key=lambda item: (-item[1], item[0]))
        for place, (feature, importance) in enumerate(ordered, start=1):
            base = {"task": task, "version": version, "feature": feature}
            yield base | {"place": place, "importance": importance}


def divided(shop: Shop) -> Iterator[dict[str, Any]]:
    """One row for each task, version, subject and tenth of the held-out rows."""
    for task, version, card in _cards(shop):
        for subject, tenths in sorted(card.get("deciles", {}).items()):
            for tenth in tenths:
                yield {"task": task, "version": version, "subject": subject} | tenth


def limits(card: dict[str, Any]) -> list[str]:
    """What a reader of the scores should not expect of them."""
    data = card.get("data", {})
    found = ["knows orders only, not who the customer is; who never ordered has no score"]
    horizon, wanted = card.get("horizon_days"), card.get("wanted_horizon_days")
    if horizon != wanted:
        found.append(
            f"looks {horizon} days ahead, not {wanted}: the history is too short to judge more"
        )
    cutoffs = [*data.get("training_cutoffs", ()), *data.get("holdout_cutoffs", ())]
    if len(data.get("holdout_cutoffs", ())) == 1:
        found.append("judged on one day only: intervals know customers, not other months")
    if cutoffs and date.fromisoformat(max(cutoffs)) < date.fromisoformat(min(cutoffs)) + YEAR:
        found.append("saw less than a year of days: what a season does is not known yet")
    return found


def _cards(shop: Shop) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The cards that can be read."""
    for task in registry.TASKS:
        for version in registry.versions(shop, task):
            try:
                yield task, version, registry.read_card(shop, task, version)
            except UnusableModel:
                continue


def _measurements(task: str, version: str, card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    base = {"task": task, "version": version}
    for subject, predictors in sorted(card.get("metrics", {}).items()):
        for predictor, metrics in sorted(predictors.items()):
            for metric, interval in sorted(metrics.items()):
                yield (
                    base
                    | _named(subject, predictor, metric)
                    | {
                        "value": interval["value"],
                        "value_lower": interval["low"],
                        "value_upper": interval["high"],
                    }
                )
    for subject, facts in sorted(card.get("facts", {}).items()):
        for metric, value in sorted(facts.items()):
            figure = {"value": value, "value_lower": None, "value_upper": None}
            yield base | _named(subject, "model", metric) | figure


def _named(subject: str, predictor: str, metric: str) -> dict[str, str]:
    return {
        "subject": subject,
        "predictor": predictor,
        "metric": metric,
        "predictor_name": predictor_name(predictor),
        "metric_name": metric_name(metric),
    }


def _row(shop: Shop, task: str, version: str, is_champion: bool) -> dict[str, Any]:
    problem = None
    try:
        card = registry.checked_card(shop, task, version)
    except UnusableModel as error:
        problem = error.what
        try:
            card = registry.read_card(shop, task, version)
        except UnusableModel:
            card = {}
    data = card.get("data", {})
    return {
        "task": task,
        "version": version,
        "problem": problem,
        "limits": "; ".join(limits(card)) if card else None,
        "parameters": json.dumps(card.get("parameters", {}), sort_keys=True) if card else None,
        "data_fingerprint": data.get("fingerprint"),
        "model_sha256": card.get("sha256"),
        "git_commit": card.get("git_commit"),
        "horizon_days": card.get("horizon_days"),
        "wanted_horizon_days": card.get("wanted_horizon_days"),
        "training_rows": data.get("training_rows"),
        "training_customers": data.get("training_customers"),
        "holdout_rows": data.get("holdout_rows"),
        "feature_count": len(card["features"]) if "features" in card else None,
        "is_champion": is_champion,
        "is_usable": problem is None,
        "first_training_cutoff": min(data.get("training_cutoffs", ()), default=None),
        "first_holdout_cutoff": min(data.get("holdout_cutoffs", ()), default=None),
        "last_holdout_cutoff": max(data.get("holdout_cutoffs", ()), default=None),
        "as_of_date": card.get("as_of_date"),
    }


def typed(rows: Iterator[dict[str, Any]]) -> Iterator[pd.DataFrame]:
    """The rows as one frame with dates as dates; nothing when there are none."""
    import pandas as pd

    frame = pd.DataFrame(list(rows))
    if frame.empty:
        return
    for name in frame.columns:
        if name.endswith(("_cutoff", "_date")):
            frame[name] = pd.to_datetime(frame[name]).dt.date
        elif name.endswith(("_days", "_rows", "_customers", "_count")):
            frame[name] = frame[name].astype("Int64")
    yield frame
