"""Training: fit, judge on held-out time, register, and promote what is better than the champion."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from ml import gate, registry
from ml.boosting import one_thread
from ml.cards import build_card, git_commit
from ml.errors import TooLittleData, UnusableModel
from ml.metrics import Interval, customer_weights, difference
from ml.panel import Panel, PanelReader, Split, choose_split
from ml.settings import Settings, load_settings
from ml.stored import ChampionInfo
from ml.tasks import TASKS, Deciding, Judged, Task
from patron.errors import UsageError
from patron.shop import Shop
from patron.warehouse import reading

Progress = Callable[[str], None]

RECIPE_FILES = (
    "boosting",
    "btyd",
    "churn",
    "clv",
    "features",
    "intervals",
    "levels",
    "margin",
    "monthly",
    "next_order",
    "panel",
    "train",
)


@dataclass(frozen=True)
class TrainResult:
    """What training one task came to.

    Attributes:
        task: The task.
        outcome: "promoted", "kept" (the champion stays), "unchanged" (same data, same model as
            the champion), "repaired" (the same, but its stored model was damaged) or "skipped"
            (too little history).
        reason: Why, one sentence.
        version: The version trained; None when skipped.
        card: Its card; empty when skipped.
        comparison: Challenger less champion in each deciding metric, paired.
    """

    task: str
    outcome: str
    reason: str
    version: str | None
    card: dict[str, Any]
    comparison: dict[str, Interval]


def train_all(
    shop: Shop,
    tasks: Sequence[str] | None = None,
    *,
    force: bool = False,
    progress: Progress = lambda _: None,
    wait_seconds: float = 0.0,
) -> list[TrainResult]:
    """Train the tasks on the published features and promote what is better.

    Args:
        shop: Whose published copy is read and whose registry is written.
        tasks: Names of tasks; all by default.
        force: Promote without being better.
        progress: Told each step as it begins.
        wait_seconds: How long to wait for another training of this shop.

    Raises:
        TooLittleData: If the data gate is closed, or no task has history enough.
        PatronError: If nothing is published yet.
    """
    chosen = [_task(name) for name in tasks or registry.TASKS]
    settings = load_settings()
    with (
        registry.training_lock(shop, wait_seconds),
        reading(shop) as connection,
        one_thread(),
    ):
        gate.check(connection, settings).require()
        session = _Session(shop, connection, settings, force, progress)
        results = [session.train(task) for task in chosen]
    skipped = [result for result in results if result.outcome == "skipped"]
    if len(skipped) == len(results):
        raise TooLittleData(
            skipped[0].reason, remedy="load more history; until then the reports use rules"
        )
    return results


@dataclass
class _Session:
    """One call of `train_all`: what its tasks share."""

    shop: Shop
    connection: duckdb.DuckDBPyConnection
    settings: Settings
    force: bool
    progress: Progress

    def __post_init__(self) -> None:
        self.reader = PanelReader(self.connection)
        row = self.connection.execute(
            "SELECT MAX(cutoff_date) FROM ml.customer_features_now"
        ).fetchone()
        assert row is not None  # noqa: S101 - an aggregate always has a row
        self.as_of: date = row[0]

    def train(self, task: Task) -> TrainResult:
        """Train, judge, register and perhaps promote one task."""
        horizons = task.horizons(self.settings)
        try:
            split = choose_split(self.connection, horizons)
        except TooLittleData as error:
            return TrainResult(task.name, "skipped", error.what, None, {}, {})
        self.progress(f"{task.title}: reading {len(split.cutoffs)} cutoffs")
        panel = self.reader.read(split)
        version = self._version(task, panel, split)
        before = registry.champion(self.shop, task.name)
        known = self._registered(task, version)
        bundle = known or self._fit(task, panel, split, version, horizons[0])
        return self._decide(task, bundle, before, panel, split)

    def _fit(
        self, task: Task, panel: Panel, split: Split, version: str, wanted_horizon: int
    ) -> registry.Bundle:
        self.progress(f"{task.title}: fitting on {len(split.training)} cutoffs")
        judged_model = task.fit(panel.at(split.training), split.horizon_days)
        self.progress(f"{task.title}: judging on {len(split.holdout)} later cutoffs")
        card = build_card(task, panel, split, judged_model, self.reader.read_now())
        self.progress(f"{task.title}: fitting on the newest {len(split.final)} cutoffs")
        final = task.fit(panel.at(split.final), split.horizon_days)
        card |= {
            "version": version,
            "as_of_date": self.as_of.isoformat(),
            "wanted_horizon_days": wanted_horizon,
            "libraries": registry.library_versions(),
            "git_commit": git_commit(self.shop.project),
        }
        return registry.Bundle(
            registry.save(self.shop, card, final, judged_model), final, judged_model
        )

    def _registered(self, task: Task, version: str) -> registry.Bundle | None:
        try:
            return registry.load(self.shop, task.name, version)
        except UnusableModel:
            return None

    def _version(self, task: Task, panel: Panel, split: Split) -> str:
        """Sorts by the data's day, and says by hash: same data, code and libraries, same model."""
        digest = hashlib.sha256(panel.fingerprint.encode())
        digest.update(repr((split, sorted(registry.library_versions().items()))).encode())
        for name in RECIPE_FILES:
            digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
        return f"{task.name.replace('_', '-')}-{self.as_of.isoformat()}-{digest.hexdigest()[:8]}"

    def _decide(
        self,
        task: Task,
        bundle: registry.Bundle,
        current: ChampionInfo | None,
        panel: Panel,
        split: Split,
    ) -> TrainResult:
        comparison: dict[str, Interval] = {}
        if current and current.version == bundle.version and current.problem:
            what = current.problem.splitlines()[0]
            outcome, reason = "repaired", f"made again from the same data: {what}"
        elif current and current.version == bundle.version:
            outcome, reason = "unchanged", "same data, same model as the champion"
        elif current is None:
            outcome, reason = "promoted", "there was no champion"
        elif current.problem:
            what = current.problem.splitlines()[0]
            outcome, reason = "promoted", f"the champion cannot be used: {what}"
        else:
            champion = registry.load(self.shop, task.name, current.version)
            self.progress(f"{task.title}: comparing with {champion.version}")
            outcome, reason, comparison = _compare(task, bundle, champion, panel.at(split.holdout))
        if outcome == "kept" and self.force:
            outcome, reason = "promoted", f"forced, although {reason}"
        if outcome == "promoted":
            registry.promote(self.shop, task.name, bundle.version)
        return TrainResult(task.name, outcome, reason, bundle.version, bundle.card, comparison)


def _task(name: str) -> Task:
    found = TASKS.get(name.replace("-", "_"))
    if found is None:
        raise UsageError(
            f"there is no prediction task {name!r}", remedy=f"use one of {', '.join(TASKS)}"
        )
    return found


def _compare(
    task: Task, challenger: registry.Bundle, champion: registry.Bundle, holdout: pd.DataFrame
) -> tuple[str, str, dict[str, Interval]]:
    """Both as trained without the holdout, on the same held-out rows and the same bootstrap."""
    horizons = challenger.card["horizon_days"], champion.card["horizon_days"]
    if horizons[0] != horizons[1]:
        return "promoted", f"it looks {horizons[0]} days ahead instead of {horizons[1]}", {}
    new, old = (task.judge(bundle.judged, holdout) for bundle in (challenger, champion))
    comparison = {
        f"{deciding.subject}.{deciding.metric}": _difference(
            deciding, new[deciding.subject], old[deciding.subject]
        )
        for deciding in task.deciding
    }
    # Each turned so that more is better.
    turned = [
        (one.low, one.high) if deciding.more_is_better else (-one.high, -one.low)
        for deciding, one in zip(task.deciding, comparison.values(), strict=True)
    ]
    if any(high < 0 for _, high in turned):
        return "kept", "the new model is worse than the champion", comparison
    if any(low > 0 for low, _ in turned):
        return "promoted", f"better than {champion.version} beyond the noise", comparison
    return "kept", "the new model is not better than the champion beyond the noise", comparison


def _difference(deciding: Deciding, challenger: Judged, champion: Judged) -> Interval:
    weights = list(customer_weights(challenger.customers))
    return difference(
        challenger.metrics[deciding.metric],
        challenger.truth,
        np.asarray(challenger.predictions["model"]),
        np.asarray(champion.predictions["model"]),
        weights,
    )
