"""Buy-till-you-die models: BG/NBD for how often, Gamma-Gamma for how much.

References:
    Fader, Hardie, Lee (2005): "Counting Your Customers" the Easy Way: An Alternative to the
        Pareto/NBD Model. Marketing Science 24(2). Equations below are numbered as there.
    Fader, Hardie (2013): The Gamma-Gamma Model of Monetary Value.

A customer is described by `x` repeat purchases, the age `t_x` of the customer at the last of them,
and the age `T` at the end of the observation, all ages in the same unit of time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1, psi

from patron.errors import PatronError

Array = npt.NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array]]

LOG_BOUND = 9.0
MIN_Q = 1.05


@dataclass(frozen=True)
class BetaGeometric:
    """A fitted BG/NBD model: purchase rates ~ Gamma(r, alpha), dropout ~ Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def probability_alive(self, x: Array, t_x: Array, age: Array) -> Array:
        """P(the customer has not dropped out by `age`); 1 for customers without a repeat."""
        log_odds = (
            np.log(self.a)
            - np.log(self.b + np.maximum(x, 1) - 1)
            + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + t_x))
        )
        return np.where(x > 0, 1 / (1 + np.exp(np.minimum(log_odds, 700))), 1.0)

    def expected_purchases(self, t: float, x: Array, t_x: Array, age: Array) -> Array:
        """Expected purchases in the next `t` (eq. 10).

        Euler's transformation takes the power out of the hypergeometric function, which then
        stays near 1 for any `x`: 2F1(A, B; C; z) = (1 - z)^(C-A-B) 2F1(C-A, C-B; C; z).
        """
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6
        z = t / (self.alpha + age + t)
        # The function is dear, and many customers have bought as often in as many days.
        pairs, place = np.unique(x + 1j * z, return_inverse=True)
        tail = hyp2f1(a + self.b - 1 - self.r, a - 1, a + self.b + pairs.real - 1, pairs.imag)[
            place
        ]
        alive = self.probability_alive(x, t_x, age)
        expected = (a + self.b + x - 1) / (a - 1) * (1 - (1 - z) ** (a - 1) * tail) * alive
        return np.maximum(expected, 0.0)

    def probability_no_purchase(self, t: float, x: Array, t_x: Array, age: Array) -> Array:
        """P(no purchase in the next `t`): dropped out, or alive and not buying."""
        quiet = np.exp((self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + age + t)))
        none: Array = 1 - self.probability_alive(x, t_x, age) * (1 - quiet)
        return none


@dataclass(frozen=True)
class GammaGamma:
    """A fitted Gamma-Gamma model: amounts ~ Gamma(p, v), v ~ Gamma(q, gamma)."""

    p: float
    q: float
    gamma: float
    log_likelihood: float

    def expected_amount(self, count: Array, mean: Array) -> Array:
        """Expected amount of a purchase, given `count` purchases with the mean amount `mean`."""
        total = np.where(count > 0, count * np.nan_to_num(mean), 0.0)
        return (self.gamma + total) * self.p / (self.p * count + self.q - 1)


def fit_beta_geometric(x: Array, t_x: Array, age: Array) -> BetaGeometric:
    """Maximum likelihood estimate of BG/NBD; equal customers are counted once, with a weight."""
    rows, weights = np.unique(np.column_stack([x, t_x, age]), axis=0, return_counts=True)
    unit = float(np.mean(rows[:, 2])) or 1.0
    x, t_x, age = rows[:, 0], rows[:, 1] / unit, rows[:, 2] / unit
    repeated = x > 0

    def objective(log_parameters: Array) -> tuple[float, Array]:
        r, alpha, a, b = np.exp(log_parameters)
        log_age, log_last = np.log(alpha + age), np.log(alpha + t_x)
        stayed = -(r + x) * log_age
        left = np.where(
            repeated, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * log_last, -np.inf
        )
        either = np.logaddexp(stayed, left)
        share_left = np.exp(left - either)
        share_stayed = 1 - share_left
        value = (
            gammaln(r + x)
            - gammaln(r)
            + r * np.log(alpha)
            + gammaln(a + b)
            + gammaln(b + x)
            - gammaln(b)
            - gammaln(a + b + x)
            + either
        )
        pooled = psi(a + b) - psi(a + b + x)
        gradient = np.array(
            [
                psi(r + x)
                - psi(r)
                + np.log(alpha)
                - share_stayed * log_age
                - share_left * log_last,
                r / alpha - (r + x) * (share_stayed / (alpha + age) + share_left / (alpha + t_x)),
                pooled + share_left / a,
                pooled + psi(b + x) - psi(b) - share_left / (b + np.maximum(x, 1) - 1),
            ]
        )
        return _negative_mean(value, gradient, weights, log_parameters)

    found = _minimise(objective, np.log([0.5, 0.5, 0.8, 2.5]), "BG/NBD")
    r, alpha, a, b = (float(value) for value in np.exp(found))
    # The density of purchase times has a unit: each purchase counts log(unit) when it changes.
    total = -objective(found)[0] * weights.sum() - float(weights @ x) * np.log(unit)
    return BetaGeometric(r, alpha * unit, a, b, float(total))


def fit_gamma_gamma(count: Array, mean: Array) -> GammaGamma:
    """Maximum likelihood estimate of Gamma-Gamma on customers with purchases of a value."""
    valued = (count > 0) & (np.nan_to_num(mean) > 0)
    if valued.sum() < 3:
        raise PatronError(
            "too few customers with repeat purchases to learn the value of an order",
            remedy="come back with a longer history",
        )
    n, weights = count[valued], np.ones(int(valued.sum()))
    unit = float(np.median(mean[valued]))
    m = mean[valued] / unit
    log_m, log_n = np.log(m), np.log(n)

    def objective(log_parameters: Array) -> tuple[float, Array]:
        p, q, gamma = np.exp(log_parameters)
        log_total = np.log(gamma + m * n)
        value = (
            gammaln(p * n + q)
            - gammaln(p * n)
            - gammaln(q)
            + q * np.log(gamma)
            + (p * n - 1) * log_m
            + p * n * log_n
            - (p * n + q) * log_total
        )
        gradient = np.array(
            [
                n * (psi(p * n + q) - psi(p * n) + log_m + log_n - log_total),
                psi(p * n + q) - psi(q) + np.log(gamma) - log_total,
                q / gamma - (p * n + q) / (gamma + m * n),
            ]
        )
        return _negative_mean(value, gradient, weights, log_parameters)

    bounds = [(-LOG_BOUND, LOG_BOUND), (np.log(MIN_Q), LOG_BOUND), (-LOG_BOUND, LOG_BOUND)]
    found = _minimise(objective, np.log([2.0, 3.0, 2.0]), "Gamma-Gamma", bounds)
    p, q, gamma = (float(value) for value in np.exp(found))
    total = -objective(found)[0] * weights.sum() - weights.sum() * np.log(unit)
    return GammaGamma(p, q, gamma * unit, float(total))


def _negative_mean(
    value: Array, gradient: Array, weights: npt.NDArray[np.generic], log_parameters: Array
) -> tuple[float, Array]:
    """The mean negative log-likelihood and its gradient by the logarithms of the parameters."""
    share = weights / weights.sum()
    return -float(value @ share), -(gradient @ share) * np.exp(log_parameters)


def _minimise(
    objective: Objective,
    start: Array,
    name: str,
    bounds: list[tuple[float, float]] | None = None,
) -> Array:
    result = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds or [(-LOG_BOUND, LOG_BOUND)] * len(start),
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7},
    )
    if not np.isfinite(result.fun) or (result.status == 1):
        raise PatronError(
            f"the {name} model does not fit these customers: {result.message}",
            remedy="check that orders have dates and customers; more history may be needed",
        )
    found: Array = np.asarray(result.x, dtype=np.float64)
    return found
