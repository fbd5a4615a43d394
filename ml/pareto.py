"""The Pareto/NBD model: a rival in `benchmarks/ml_recipes.py`, not part of any recipe.

It describes the same as BG/NBD, but customers leave at any time, not only after a purchase.

References:
    Schmittlein, Morrison, Colombo (1987): Counting Your Customers: Who Are They and What Will They
        Do Next? Management Science 33(1).
    Fader, Hardie (2005): A Note on Deriving the Pareto/NBD Model and Related Expressions.
        brucehardie.com/notes/009. The equations are those of the note.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from ml.btyd import LOG_BOUND
from patron.errors import PatronError

Array = npt.NDArray[np.float64]

UNLIKELY = 1e6
"""The loss where the hypergeometric function leaves the range of numbers."""


@dataclass(frozen=True)
class ParetoNbd:
    """A fitted Pareto/NBD model: purchase rates ~ Gamma(r, alpha), leaving ~ Gamma(s, beta)."""

    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float

    def probability_alive(self, x: Array, t_x: Array, age: Array) -> Array:
        """P(the customer has not left by `age`)."""
        log_odds = _log_left((self.r, self.alpha, self.s, self.beta), x, t_x, age)
        log_odds += (self.r + x) * np.log(self.alpha + age) + self.s * np.log(self.beta + age)
        alive: Array = 1 / (1 + np.exp(np.minimum(log_odds, 700)))
        return alive

    def expected_purchases(self, t: float, x: Array, t_x: Array, age: Array) -> Array:
        """Expected purchases in the next `t`."""
        s = self.s if abs(self.s - 1) > 1e-6 else 1 + 1e-6
        left = ((self.beta + age) / (self.beta + age + t)) ** (s - 1)
        while_alive = (self.r + x) * (self.beta + age) / ((self.alpha + age) * (s - 1)) * (1 - left)
        expected: Array = while_alive * self.probability_alive(x, t_x, age)
        return expected


def fit_pareto_nbd(x: Array, t_x: Array, age: Array) -> ParetoNbd:
    """Maximum likelihood estimate of Pareto/NBD; equal customers are counted once, with a weight.

    Raises:
        PatronError: If the likelihood has no maximum that can be found.
    """
    rows, weights = np.unique(np.column_stack([x, t_x, age]), axis=0, return_counts=True)
    unit = float(np.mean(rows[:, 2])) or 1.0
    x, t_x, age = rows[:, 0], rows[:, 1] / unit, rows[:, 2] / unit

    def loss(log_parameters: Array) -> float:
        r, alpha, s, beta = np.exp(log_parameters)
        alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        with np.errstate(invalid="ignore"):
            value += np.logaddexp(alive, _log_left((r, alpha, s, beta), x, t_x, age))
        mean = float(value @ weights) / float(weights.sum())
        return -mean if np.isfinite(mean) else UNLIKELY

    found = minimize(
        loss,
        np.log([0.5, 0.5, 0.5, 0.6]),
        method="L-BFGS-B",
        bounds=[(-LOG_BOUND, LOG_BOUND)] * 4,
        options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7},
    )
    if found.fun >= UNLIKELY:
        raise PatronError("the Pareto/NBD model does not fit these customers")
    r, alpha, s, beta = (float(value) for value in np.exp(found.x))
    total = -float(found.fun) * weights.sum() - float(weights @ x) * np.log(unit)
    return ParetoNbd(r, alpha * unit, s, beta * unit, float(total))


def _log_left(
    parameters: tuple[float, float, float, float], x: Array, t_x: Array, age: Array
) -> Array:
    """The likelihood's part of those who left between the last purchase and `age`: s/(r+s+x) A0.

    Euler's transformation, as in `btyd`, keeps the hypergeometric function near 1.
    """
    r, alpha, s, beta = parameters
    all_terms, distance = r + s + x, abs(alpha - beta)
    larger, power = (alpha, s) if alpha >= beta else (beta, r + x - 1)
    second = r + x if alpha >= beta else s + 1

    def term(moment: Array) -> Array:
        z = distance / (larger + moment)
        shape = np.log(hyp2f1(1, second, all_terms + 1, z)) - power * np.log1p(-z)
        value: Array = shape - all_terms * np.log(larger + moment)
        return value

    since, until = term(t_x), term(age)
    with np.errstate(divide="ignore", invalid="ignore"):
        gone = np.log(-np.expm1(np.minimum(until - since, 0.0)))
    left: Array = np.log(s) - np.log(all_terms) + since + gone
    return left
