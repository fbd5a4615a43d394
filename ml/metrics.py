"""How predictions are judged, each metric also under bootstrap weights of customers.

A metric is prepared once for (truth, prediction), which sorts what needs sorting, and then measured
under as many weights as the bootstrap draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Measure = Callable[[Array], float]
"""The metric's value under a weight of each row."""

Metric = Callable[[Array, Array], Measure]
"""Prepares a metric of (truth, prediction)."""

REPLICATES = 200
SEED = 20_240_229
GROUPS = 10
MIN_AREA = 1e-12
"""Below this, all values are equal but for rounding, and there is nothing to rank."""


@dataclass(frozen=True)
class Interval:
    """A metric with its 95% bootstrap interval."""

    value: float
    low: float
    high: float


def measure(metric: Metric, truth: Array, prediction: Array) -> float:
    """A metric with all rows counting once."""
    return metric(truth, prediction)(np.ones(len(truth)))


def gini(truth: Array, prediction: Array) -> Measure:
    """Normalised Gini: how well the order of predictions matches that of values, at most 1.

    NaN where all values are equal: any order is right then.
    """
    own, best = _lorenz_area(truth, prediction), _lorenz_area(truth, truth)

    def value(weight: Array) -> float:
        area = best(weight)
        return own(weight) / area if area > MIN_AREA else float("nan")

    return value


def spearman(truth: Array, prediction: Array) -> Measure:
    """Rank correlation, ties sharing their mean rank."""
    first, second = _ranks(truth), _ranks(prediction)

    def value(weight: Array) -> float:
        a, b = first(weight), second(weight)
        a, b = a - np.average(a, weights=weight), b - np.average(b, weights=weight)
        spread = np.sqrt((weight @ a**2) * (weight @ b**2))
        return float(weight @ (a * b) / spread) if spread else float("nan")

    return value


def mae(truth: Array, prediction: Array) -> Measure:
    """Mean absolute error."""
    return _mean_of(np.abs(truth - prediction))


def rmse(truth: Array, prediction: Array) -> Measure:
    """Root mean squared error."""
    squared = _mean_of((truth - prediction) ** 2)
    return lambda weight: float(np.sqrt(squared(weight)))


def total_bias(truth: Array, prediction: Array) -> Measure:
    """Predicted total over true total, less 1."""

    def value(weight: Array) -> float:
        total = float(weight @ truth)
        return float(weight @ prediction) / total - 1 if total else float("nan")

    return value


def top_decile_share(truth: Array, prediction: Array) -> Measure:
    """Share of the true total that the tenth with the highest predictions brings."""
    order = np.argsort(-prediction, kind="stable")
    ordered = truth[order]

    def value(weight: Array) -> float:
        own = weight[order]
        reached = np.cumsum(own) <= 0.1 * own.sum()
        total = float(own @ ordered)
        return float(own[reached] @ ordered[reached]) / total if total else float("nan")

    return value


def roc_auc(truth: Array, prediction: Array) -> Measure:
    """P(a random positive is ranked above a random negative), ties counting half."""
    ranks = _ranks(prediction)

    def value(weight: Array) -> float:
        positive = weight * truth
        ones = positive.sum()
        zeros = weight.sum() - ones
        if not ones or not zeros:
            return float("nan")
        # Mean rank of positives less what they would have among themselves alone.
        return float((positive @ ranks(weight) / ones - ones / 2) / zeros)

    return value


def pr_auc(truth: Array, prediction: Array) -> Measure:
    """Area under the precision-recall curve (average precision)."""
    order = np.argsort(-prediction, kind="stable")
    ordered = truth[order]
    last = np.append(np.diff(prediction[order]) != 0, True)

    def value(weight: Array) -> float:
        own = weight[order]
        hits, seen = np.cumsum(own * ordered)[last], np.cumsum(own)[last]
        if not hits[-1]:
            return float("nan")
        precision = hits / np.maximum(seen, 1e-12)
        return float(np.diff(hits, prepend=0.0) @ precision / hits[-1])

    return value


def brier(truth: Array, prediction: Array) -> Measure:
    """Mean squared error of a probability."""
    return _mean_of((truth - prediction) ** 2)


def accuracy(truth: Array, prediction: Array) -> Measure:
    """Share of rows on whose side of one half the probability is; see the majority's share too."""
    return _mean_of(((prediction >= 0.5) == (truth > 0.5)).astype(np.float64))


def calibration_error(truth: Array, prediction: Array) -> Measure:
    """Mean distance of predicted and true share over ten groups of equal size."""
    order = np.argsort(prediction, kind="stable")
    starts = [group[0] for group in np.array_split(np.arange(len(order)), GROUPS) if len(group)]
    missed = (truth - prediction)[order]

    def value(weight: Array) -> float:
        gaps = np.add.reduceat(weight[order] * missed, starts)
        return float(np.abs(gaps).sum() / weight.sum())

    return value


def calibration_floor(prediction: Array) -> float:
    """The calibration error that a perfect model would show at this size, by simulation."""
    generator = np.random.default_rng(SEED)
    draws = [
        measure(
            calibration_error,
            (generator.random(len(prediction)) < prediction).astype(np.float64),
            prediction,
        )
        for _ in range(20)
    ]
    return float(np.mean(draws))


def top_decile_lift(truth: Array, prediction: Array) -> Measure:
    """Share of positives among the tenth with the highest predictions, over the share in all."""
    share = top_decile_share(truth, prediction)
    return lambda weight: share(weight) / 0.1


def pinball(share: float) -> Metric:
    """The loss whose minimum is the quantile `share`."""

    def loss(truth: Array, prediction: Array) -> Measure:
        missed = truth - prediction
        return _mean_of(np.maximum(share * missed, (share - 1) * missed))

    return loss


def coverage(truth: Array, low: Array, high: Array) -> float:
    """Share of true values inside their interval."""
    return float(np.mean((truth >= low) & (truth <= high))) if len(truth) else float("nan")


def quintile_coverage(truth: Array, low: Array, high: Array, value: Array) -> list[float]:
    """Coverage in each fifth of the rows by predicted value, least first."""
    order = np.argsort(value, kind="stable")
    return [coverage(truth[rows], low[rows], high[rows]) for rows in np.array_split(order, 5)]


def winkler(truth: Array, low: Array, high: Array, level: float = 0.8) -> float:
    """Width of the interval plus the penalty for missing it; less is better."""
    if not len(truth):
        return float("nan")
    missed = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
    return float(np.mean(high - low + 2 / (1 - level) * missed))


def customer_weights(customers: npt.NDArray[np.object_]) -> Iterator[Array]:
    """Bootstrap weights of rows: whole customers are drawn, as their rows belong together."""
    names, codes = np.unique(customers.astype(str), return_inverse=True)
    generator = np.random.default_rng(SEED)
    for _ in range(REPLICATES):
        drawn = generator.integers(0, len(names), len(names))
        yield np.bincount(drawn, minlength=len(names)).astype(np.float64)[codes]


def with_intervals(
    metrics: Mapping[str, Metric], truth: Array, prediction: Array, weights: list[Array]
) -> dict[str, Interval]:
    """Each metric with its bootstrap interval."""
    prepared = {name: metric(truth, prediction) for name, metric in metrics.items()}
    return {
        name: _interval(value(np.ones(len(truth))), [value(weight) for weight in weights])
        for name, value in prepared.items()
    }


def difference(
    metric: Metric, truth: Array, challenger: Array, champion: Array, weights: list[Array]
) -> Interval:
    """Challenger less champion, paired: both are judged on the same drawn customers."""
    new, old = metric(truth, challenger), metric(truth, champion)
    ones = np.ones(len(truth))
    return _interval(new(ones) - old(ones), [new(weight) - old(weight) for weight in weights])


def _interval(value: float, draws: list[float]) -> Interval:
    known = [draw for draw in draws if not np.isnan(draw)]
    if not known:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def _mean_of(values: Array) -> Measure:
    return lambda weight: float(weight @ values / weight.sum())


def _lorenz_area(truth: Array, prediction: Array) -> Measure:
    order = np.argsort(-prediction, kind="stable")
    ordered = truth[order]

    def area(weight: Array) -> float:
        own = weight[order]
        value = own * ordered
        total = value.sum()
        if not total:
            return 0.0
        reached = np.cumsum(value) - 0.5 * value
        return float(own @ reached / (total * own.sum()) - 0.5)

    return area


def _ranks(values: Array) -> Callable[[Array], Array]:
    _, codes = np.unique(values, return_inverse=True)

    def ranks(weight: Array) -> Array:
        size = np.bincount(codes, weights=weight)
        found: Array = (np.cumsum(size) - size / 2)[codes]
        return found

    return ranks
