"""Products for a customer: those bought again, and new ones that customers alike buy.

New to the customer: EASE (Steck 2019), a linear item-to-item model with a closed form, times the
popularity of the last weeks. Bought before: the customer's own orders. In both an order fades with
its age: what was bought long ago says less of a customer, and of what goes together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.linalg import lapack

Scores = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

MAX_ITEMS = 15_000
"""The closed form inverts a matrix of items by items: 1.8 GB at this size, and .9 GB of weights."""

MIRRORED_ROWS = 1000
BLOCK = 64
PENALTY = 300.0
POPULARITY_DAYS = 30
POPULARITY_POWER = 0.5
FADING_DAYS = 120.0


@dataclass(frozen=True)
class Bought:
    """Orders of each customer with each item, each order faded with its age.

    Attributes:
        customers: Their ids, sorted.
        matrix: Customers by items.
    """

    customers: npt.NDArray[np.str_]
    matrix: sparse.csr_matrix

    @property
    def interest(self) -> sparse.csr_matrix:
        """The same, but however often an item was bought, it counts as one order of today."""
        return sparse.csr_matrix(self.matrix.minimum(1))


@dataclass(frozen=True)
class Recommender:
    """What was learned from customers.

    Attributes:
        items: The ids of the items that can be recommended, sorted.
        weights: EASE's weights from an item bought to an item scored.
        popularity: A factor for each item, 1 for the one bought most of late.
    """

    items: npt.NDArray[np.str_]
    weights: Scores
    popularity: Scores

    def new(self, bought: Bought, count: int) -> tuple[Places, Scores]:
        """The best items that each customer never bought, best first, with their scores."""
        score = np.asarray(bought.interest @ self.weights)
        score *= self.popularity
        score[bought.matrix.nonzero()] = -np.inf
        return _best(score, count)

    def again(self, bought: Bought, count: int) -> tuple[Places, Scores]:
        """The items each customer bought most and last; scored 0 where there are not so many."""
        matrix = bought.matrix
        customer = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        order = np.lexsort((matrix.indices, -matrix.data, customer))
        place = np.arange(matrix.nnz) - matrix.indptr[customer]
        chosen = place < count
        size = (matrix.shape[0], min(count, matrix.shape[1]))
        best, score = np.zeros(size, dtype=np.intp), np.zeros(size, dtype=np.float32)
        where = customer[chosen], place[chosen]
        best[where] = matrix.indices[order][chosen]
        score[where] = matrix.data[order][chosen]
        return best, score


def fit_recommender(purchases: pd.DataFrame) -> Recommender:
    """Learn from purchases: `customer_id`, `product_id`, `age_days`, one for each order."""
    counts = purchases["product_id"].value_counts().sort_index()
    items = np.sort(counts.nlargest(MAX_ITEMS).index.to_numpy(str))
    late = purchases.loc[purchases["age_days"] <= POPULARITY_DAYS, "product_id"]
    recent = late.value_counts().reindex(items).fillna(0).to_numpy(np.float64)
    popularity = (recent / (recent.max() or 1.0)) ** POPULARITY_POWER
    weights = item_weights(bought_by(purchases, items).interest)
    return Recommender(items, weights, popularity.astype(np.float32))


def bought_by(purchases: pd.DataFrame, items: npt.NDArray[np.str_]) -> Bought:
    """What each customer bought of some items."""
    known = purchases[purchases["product_id"].isin(items)]
    customers, customer = np.unique(known["customer_id"].to_numpy(str), return_inverse=True)
    item = np.searchsorted(items, known["product_id"].to_numpy(str))
    # However old, an order still says that the item is not new.
    faded = np.maximum(np.exp(-known["age_days"].to_numpy(np.float64) / FADING_DAYS), 1e-30)
    shape = (len(customers), len(items))
    matrix = sparse.csr_matrix((faded.astype(np.float32), (customer, item)), shape=shape)
    return Bought(customers, matrix)


def item_weights(bought: sparse.csr_matrix, penalty: float = PENALTY) -> Scores:
    """EASE: the ridge regression of each item on all others, all at once.

    With P the inverse of X'X + penalty, the weight from i to j is -P[i, j] / P[j, j].
    """
    gram = np.asarray((bought.T @ bought).toarray(), dtype=np.float64)
    gram[np.diag_indices_from(gram)] += penalty
    weights, diagonal = _inverse(gram)
    weights /= -diagonal
    np.fill_diagonal(weights, 0.0)
    return weights


def _inverse(matrix: npt.NDArray[np.float64]) -> tuple[Scores, Scores]:
    """The inverse of a symmetric positive matrix, and its diagonal, made in the matrix's place.

    By Cholesky, which takes half the time of a general inverse and no second matrix.
    """
    # The same matrix, stored as LAPACK wants it; only the lower triangle is computed.
    factor, _ = lapack.dpotrf(matrix.T, lower=1, overwrite_a=1, clean=0)
    lower, failed = lapack.dpotri(factor, lower=1, overwrite_c=1)
    assert not failed  # noqa: S101 - the penalty makes the matrix positive
    inverse = lower.astype(np.float32)
    for first in range(0, len(inverse), MIRRORED_ROWS):
        last = first + MIRRORED_ROWS
        block = np.tril(inverse[first:last, first:last])
        inverse[first:last, first:last] = block + np.tril(block, -1).T
        inverse[first:last, last:] = inverse[last:, first:last].T
    return inverse, np.diag(inverse).copy()


def _best(score: Scores, count: int) -> tuple[Places, Scores]:
    """The places of the highest scores of each row and the scores; equal ones by place."""
    size = min(count, score.shape[1])
    places = _candidates(score, size)
    scores = np.where(
        places < score.shape[1],
        np.take_along_axis(score, np.minimum(places, score.shape[1] - 1), 1),
        np.float32(-np.inf),
    )
    found = np.sort(np.argpartition(-scores, size - 1, axis=1)[:, :size], axis=1)
    order = np.argsort(-np.take_along_axis(scores, found, 1), axis=1, kind="stable")
    best = np.take_along_axis(found, order, 1)
    return np.take_along_axis(places, best, 1), np.take_along_axis(scores, best, 1)


def _candidates(score: Scores, size: int) -> Places:
    """Places among which the best of each row are: the blocks with the highest maxima.

    Looking through blocks takes a tenth of the time of looking through all. The last block may
    reach beyond the last place.
    """
    starts = np.arange(0, score.shape[1], BLOCK)
    maxima = np.maximum.reduceat(score, starts, axis=1)
    chosen = min(size, len(starts))
    blocks = np.sort(np.argpartition(-maxima, chosen - 1, axis=1)[:, :chosen], axis=1)
    places: Places = (blocks[:, :, None] * BLOCK + np.arange(BLOCK)).reshape(len(score), -1)
    return places


@dataclass(frozen=True)
class Hits:
    """How recommendations did on what customers bought afterwards.

    Attributes:
        recall_at_10: Share of what was bought, at most ten items, that was among ten recommended.
        hit_rate_at_5: Share of customers who bought one of the first five.
        customers: Who bought something that counts.
    """

    recall_at_10: float
    hit_rate_at_5: float
    customers: int


def judge_recommendations(earlier: pd.DataFrame, later: pd.DataFrame) -> dict[str, dict[str, Hits]]:
    """Recommend from earlier purchases and look at the later ones of the same customers.

    Returns:
        By subject (`new`: items never bought before, `any`) and predictor (`model`, `popularity`).
    """
    model = fit_recommender(earlier)
    bought = bought_by(earlier, model.items)
    later = later[later["customer_id"].isin(bought.customers)]
    truth = _aligned(bought_by(later, model.items), bought)
    is_new = truth - truth.multiply(bought.matrix.sign())
    is_new.eliminate_zeros()
    new, _ = model.new(bought, 10)
    again, own = model.again(bought, 10)
    mixed = np.take_along_axis(
        np.hstack([again, new]),
        np.argsort(np.hstack([own <= 0, np.zeros_like(new, bool)]), axis=1, kind="stable"),
        axis=1,
    )[:, :10]
    everybody = np.tile(model.popularity, (len(bought.customers), 1))
    top, _ = _best(everybody, 10)
    everybody[bought.matrix.nonzero()] = -np.inf
    unknown, _ = _best(everybody, 10)
    return {
        "new": {"model": _hits(new, is_new), "popularity": _hits(unknown, is_new)},
        "any": {"model": _hits(mixed, truth), "popularity": _hits(top, truth)},
    }


def _aligned(later: Bought, earlier: Bought) -> sparse.csr_matrix:
    """What was bought later, with the rows of the customers of before."""
    rows = np.searchsorted(earlier.customers, later.customers)
    count = len(later.customers)
    shape = (len(earlier.customers), count)
    place = sparse.csr_matrix((np.ones(count), (rows, np.arange(count))), shape=shape)
    return sparse.csr_matrix(place @ later.matrix.sign())


def _hits(recommended: Places, truth: sparse.csr_matrix) -> Hits:
    wanted = truth.getnnz(axis=1)
    buyers = np.flatnonzero(wanted)
    hit = np.asarray(
        truth[np.repeat(buyers, recommended.shape[1]), recommended[buyers].ravel()]
    ).reshape(len(buyers), -1)
    recall = hit.sum(axis=1) / np.minimum(wanted[buyers], recommended.shape[1])
    return Hits(float(recall.mean()), float(hit[:, :5].any(axis=1).mean()), len(buyers))
