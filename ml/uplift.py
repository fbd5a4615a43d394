"""What an action changed, and whom it changes most, in experiments with customers held out.

The difference of two means is made more precise by what was known before (CUPED, Deng et al. 2013),
such as the predicted value. A response model for each arm (T-learner) says who is changed most; it
is judged by Qini, against choosing customers at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ml import boosting

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

REPLICATES = 200
SEED = 20_240_229
FOLDS = 3


@dataclass(frozen=True)
class Effect:
    """An effect with its interval of confidence."""

    value: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """From the lower end to the upper."""
        return self.high - self.low


def difference_in_means(outcome: Array, treated: Mask, level: float = 0.95) -> Effect:
    """Mean of the treated less mean of those held out, interval by Welch."""
    parts = outcome[treated], outcome[~treated]
    value = float(parts[0].mean() - parts[1].mean())
    error = float(np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts)))
    reach = float(ndtri((1 + level) / 2)) * error
    return Effect(value, value - reach, value + reach)


def cuped(outcome: Array, treated: Mask, known: Array, level: float = 0.95) -> Effect:
    """The difference in means of the outcome less what was known before explains of it.

    Args:
        outcome: What came, by customer.
        treated: Who was not held out.
        known: A number known before the assignment, such as predicted value.
        level: Of confidence.
    """
    spread = float(known.var())
    slope = float(np.cov(known, outcome)[0, 1] / known.var(ddof=1)) if spread else 0.0
    return difference_in_means(outcome - slope * (known - known.mean()), treated, level)


def wilson(successes: int, count: int, level: float = 0.95) -> Effect:
    """A share with Wilson's interval."""
    z = float(ndtri((1 + level) / 2))
    share = successes / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    return Effect(share, float(middle - half), float(middle + half))


@dataclass(frozen=True)
class TLearner:
    """A response model of the treated and one of those held out."""

    treated: Any
    held_out: Any

    def predict(self, features: Array) -> Array:
        """P(response if treated) less P(response if not), by customer."""
        found: Array = (
            self.treated.predict_proba(features)[:, 1] - self.held_out.predict_proba(features)[:, 1]
        )
        return found


def fit_t_learner(features: Array, responded: Array, treated: Mask) -> TLearner:
    """Fit both response models; the outcome is 0 or 1."""
    fitted = [
        boosting.classifier(int(arm.sum())).fit(features[arm], responded[arm] > 0)
        for arm in (treated, ~treated)
    ]
    return TLearner(*fitted)


def predict_out_of_fold(features: Array, responded: Array, treated: Mask) -> Array:
    """The uplift of each customer by models that have not seen them."""
    fold = np.random.default_rng(SEED).permutation(len(features)) % FOLDS
    found = np.empty(len(features))
    for number in range(FOLDS):
        own = fold == number
        model = fit_t_learner(features[~own], responded[~own], treated[~own])
        found[own] = model.predict(features[own])
    return found


def qini(uplift: Array, responded: Array, treated: Mask, weight: Array | None = None) -> float:
    """The area between the Qini curve and that of a random order, per customer.

    The curve is the responses that treating the best share of customers brings: responses of the
    treated among them, less those of the held out, brought to the number treated.
    """
    order = np.argsort(-uplift, kind="stable")
    own = (np.ones(len(uplift)) if weight is None else weight)[order]
    is_treated = treated[order]
    count, others = np.cumsum(own * is_treated), np.cumsum(own * ~is_treated)
    hits, missed = (np.cumsum(own * responded[order] * arm) for arm in (is_treated, ~is_treated))
    curve = hits - missed * np.divide(count, others, out=np.zeros_like(count), where=others > 0)
    reached = np.cumsum(own) / own.sum()
    area = float(np.sum((curve - reached * curve[-1]) * own) / own.sum())
    return area / float(own.sum())


def qini_interval(uplift: Array, responded: Array, treated: Mask, level: float = 0.95) -> Effect:
    """Qini with its bootstrap interval over customers; above 0 it is better than random."""
    generator = np.random.default_rng(SEED)
    size = len(uplift)
    draws = [
        qini(
            uplift,
            responded,
            treated,
            np.bincount(generator.integers(0, size, size), minlength=size).astype(np.float64),
        )
        for _ in range(REPLICATES)
    ]
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Effect(qini(uplift, responded, treated), float(low), float(high))
