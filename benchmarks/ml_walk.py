"""Walk forward: at each cutoff, learn from what was known then, and judge by what came after.

Features, panels, recipes and metrics are those of the package `ml`; made here are the rivals that
training does not report anyway, and the recipes with one idea left out or put in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from ml_cache import Cache
from ml_oracle import Oracle
from scipy.special import expit, logit
from sklearn.linear_model import TweedieRegressor

from ml import boosting
from ml.churn import churned
from ml.clv import MAX_RATIO, MIN_EXPECTED_SHARE
from ml.features import FEATURES, amount_from_repeats, rhythm, tree_matrix
from ml.levels import year_before
from ml.metrics import Array
from ml.panel import MAX_TRAINING_CUTOFFS, Panel, PanelReader, Split, labelled_cutoffs
from ml.pareto import fit_pareto_nbd
from ml.tasks import TASKS, Judged

MIN_TRAINING_CUTOFFS = 3
PARETO_SAMPLE = 10_000
NOTHING_KEPT = Cache(None)


@dataclass
class Walk:
    """What was judged at several cutoffs, by subject."""

    horizon_days: int
    cutoffs: tuple[date, ...]
    subjects: dict[str, list[Judged]] = field(default_factory=dict)


def walk(
    connection: duckdb.DuckDBPyConnection,
    task_name: str,
    horizon_days: int,
    count: int,
    oracle: Oracle | None = None,
    cache: Cache = NOTHING_KEPT,
) -> Walk | None:
    """Judge a task at its last cutoffs; None where the history has not one to judge."""
    reader = PanelReader(connection)
    splits = walk_splits(labelled_cutoffs(connection, horizon_days), horizon_days, count)
    if not splits:
        return None
    result = Walk(horizon_days, tuple(split.holdout[0] for split in splits))
    for split in splits:
        panel = reader.read(split)
        key = (task_name, split, panel.fingerprint, oracle is not None)
        judged = cache.get(key, partial(_judge, task_name, panel, split, oracle))
        for subject, one in judged.items():
            result.subjects.setdefault(subject, []).append(one)
    return result


def _judge(task_name: str, panel: Panel, split: Split, oracle: Oracle | None) -> dict[str, Judged]:
    """Learn from what was known at a cutoff, and judge the recipe and its rivals there."""
    task = TASKS[task_name]
    training, rows = panel.at(split.training), panel.at(split.holdout)
    (cutoff,) = split.holdout
    model = task.fit(training, split.horizon_days)
    rivals = _RIVALS[task_name](model, training, rows, cutoff)
    if oracle and task_name in _ORACLE_COLUMN:
        known = oracle(rows, cutoff, split.horizon_days)
        column = _ORACLE_COLUMN[task_name]
        rivals["oracle"] = known[column].to_numpy(np.float64)
        rivals["all_knowing"] = known[f"{column}_all_knowing"].to_numpy(np.float64)
    judged = task.judge(model, rows)
    return {subject: _with_rivals(one, rows, rivals) for subject, one in judged.items()}


def walk_splits(labelled: Sequence[date], horizon_days: int, count: int) -> list[Split]:
    """The last cutoffs, each with those before it whose labels were known by then."""
    splits = []
    for cutoff in sorted(labelled):
        last = cutoff - timedelta(days=horizon_days)
        known = tuple(day for day in sorted(labelled) if day <= last)[-MAX_TRAINING_CUTOFFS:]
        if len(known) >= MIN_TRAINING_CUTOFFS:
            splits.append(Split(horizon_days, known, (cutoff,), known))
    return splits[-count:]


def _with_rivals(judged: Judged, rows: pd.DataFrame, rivals: Mapping[str, Array]) -> Judged:
    """The judged rows are those of the subject, the rivals' those of all customers."""
    places = pd.Index(rows["customer_id"]).get_indexer(list(judged.customers))
    own = {name: values[places] for name, values in rivals.items()}
    return replace(judged, predictions={**judged.predictions, **own})


def _value_rivals(
    model: Any, training: pd.DataFrame, rows: pd.DataFrame, cutoff: date
) -> dict[str, Array]:
    seen, matrix = _without_btyd(training, rows)
    trees = boosting.regressor(len(training), loss="poisson")
    trees.fit(seen, training["label_revenue"].to_numpy(np.float64))
    pareto = _pareto_orders(rows, model.horizon_days)
    btyd = pareto * rows["btyd_amount"].to_numpy(np.float64)
    return {
        "plain_boosting": trees.predict(matrix),
        "pareto_nbd_gamma_gamma": pareto * amount_from_repeats(rows),
        **_value_ideas(model, training, rows, cutoff, btyd),
    }


def _value_ideas(
    model: Any, training: pd.DataFrame, rows: pd.DataFrame, cutoff: date, pareto: Array
) -> dict[str, Array]:
    """The recipe with one idea left out or put in, each brought to the recipe's total."""
    members = model.ensemble.members(rows)
    expected, *corrected = members.values()
    level = model.levels.factor(rows, cutoff)
    others = {
        "boosted_ratio_only": corrected[0],
        "linear_ratio_only": expected * _linear_ratio(model, training, rows),
        "linear_value_only": corrected[2],
        "members_without_the_expectation": np.sum(corrected, axis=0),
        "geometric_mean_of_members": np.exp(
            np.mean(np.log(np.maximum(list(members.values()), 1e-9)), axis=0)
        ),
        "pareto_nbd_as_a_fifth_member": np.sum([*members.values(), pareto], axis=0),
    }
    relative, past = model.ensemble.relative_value(rows), year_before([*model.levels.known], cutoff)
    by_customers = float(np.exp(sum(w * np.log(model.levels.at(day)) for day, w in past.items())))
    return {
        "no_season": relative,
        "season_from_known_customers_only": relative * by_customers,
        **{name: each * (expected.sum() * level / each.sum()) for name, each in others.items()},
    }


def _linear_ratio(model: Any, training: pd.DataFrame, rows: pd.DataFrame) -> Array:
    """A GLM of spend over expected spend."""
    expected = np.maximum(
        training["btyd_spend"], MIN_EXPECTED_SHARE * training["btyd_spend"].mean()
    )
    came = training["label_revenue"].to_numpy(np.float64) / model.levels.of(training["cutoff_date"])
    ratio = TweedieRegressor(power=1.5, alpha=1.0, link="log", solver="newton-cholesky")
    scaling = model.ensemble.scaling
    ratio.fit(scaling(training), np.minimum(came / expected, MAX_RATIO), np.sqrt(expected))
    found: Array = ratio.predict(scaling(rows))
    return found


def _churn_rivals(
    model: Any, training: pd.DataFrame, rows: pd.DataFrame, cutoff: date
) -> dict[str, Array]:
    seen, matrix = _without_btyd(training, rows)
    classes = boosting.classifier(len(training)).fit(seen, churned(training))
    shift = model.shift_at(cutoff)
    trees = model.trees.predict_proba(tree_matrix(rows, model.columns))[:, 1]
    newest = model.season[max(model.season)] if model.season else 0.0
    plain = logit(model.unshifted(rows))
    return {
        "plain_boosting": classes.predict_proba(matrix)[:, 1],
        "no_season": expit(plain),
        "newest_level_instead_of_season": expit(plain + newest),
        "boosted_trees_only": expit(logit(np.clip(trees, 1e-6, 1 - 1e-6)) + shift),
        "logistic_regression_with_season": expit(logit(model.linear_probability(rows)) + shift),
    }


def _no_rivals(
    model: Any,  # noqa: ARG001
    training: pd.DataFrame,  # noqa: ARG001
    rows: pd.DataFrame,  # noqa: ARG001
    cutoff: date,  # noqa: ARG001
) -> dict[str, Array]:
    return {}


_RIVALS = {"clv": _value_rivals, "churn": _churn_rivals, "next_order": _no_rivals}
_ORACLE_COLUMN = {"clv": "spend", "churn": "no_order"}


def _without_btyd(training: pd.DataFrame, rows: pd.DataFrame) -> tuple[Array, Array]:
    columns = tuple(name for name in FEATURES if training[name].nunique(dropna=True) > 1)
    return tree_matrix(training, columns), tree_matrix(rows, columns)


def _pareto_orders(rows: pd.DataFrame, horizon_days: int) -> Array:
    step = -(-len(rows) // PARETO_SAMPLE)
    fitted = fit_pareto_nbd(*rhythm(rows.iloc[::step]))
    return fitted.expected_purchases(horizon_days, *rhythm(rows))
