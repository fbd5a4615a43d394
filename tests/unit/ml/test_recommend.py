from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from ml.recommend import (
    POPULARITY_DAYS,
    _best,
    bought_by,
    fit_recommender,
    item_weights,
    judge_recommendations,
)

GENERATOR = np.random.default_rng(8)


def tastes(customers: int = 400, per_customer: int = 6) -> pd.DataFrame:
    """Two kinds of customers, each buying among ten items of their own, at different ages."""
    rows = [
        (f"c{number:04d}", f"{'ab'[number % 2]}{item}", int(GENERATOR.integers(1, 200)))
        for number in range(customers)
        for item in GENERATOR.choice(10, per_customer, replace=False)
    ]
    return pd.DataFrame(rows, columns=["customer_id", "product_id", "age_days"])


def test_weights_are_the_ridge_regressions_of_each_item_on_the_others() -> None:
    dense = (GENERATOR.random((60, 7)) < 0.4).astype(float)
    found = item_weights(sparse.csr_matrix(dense), penalty=3.0)
    for item in range(7):
        others = [other for other in range(7) if other != item]
        design, wanted = dense[:, others], dense[:, item]
        expected = np.linalg.solve(design.T @ design + 3.0 * np.eye(6), design.T @ wanted)
        assert found[others, item] == pytest.approx(expected, abs=1e-5)
        assert found[item, item] == 0


def test_weights_of_many_items_are_those_of_the_plain_inverse() -> None:
    """More items than are mirrored at once."""
    bought = sparse.random(300, 1234, density=0.02, random_state=3, format="csr")
    gram = (bought.T @ bought).toarray() + 7.0 * np.eye(1234)
    inverse = np.linalg.inv(gram)
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0.0)
    assert np.abs(item_weights(bought, penalty=7.0) - expected).max() < 1e-6


def test_what_is_bought_again_is_what_each_bought_most_and_last() -> None:
    purchases = tastes(60)
    more = purchases.sample(200, random_state=1).assign(age_days=3)
    purchases = pd.concat([purchases, more])
    model = fit_recommender(purchases)
    bought = bought_by(purchases, model.items)
    best, score = model.again(bought, 8)
    dense = bought.matrix.toarray()
    order = np.argsort(-dense, axis=1, kind="stable")[:, :8]
    assert np.array_equal(score, np.take_along_axis(dense, order, axis=1))
    known = score > 0
    assert np.array_equal(best[known], order[known])
    assert not known.all()
    assert known[:, :6].all()


@pytest.mark.parametrize("items", [3, 64, 65, 700])
def test_the_best_are_found_block_by_block(items: int) -> None:
    score = np.random.default_rng(items).normal(size=(50, items)).astype(np.float32)
    score[:, 1] = -np.inf
    best, found = _best(score, 5)
    order = np.argsort(-score, axis=1, kind="stable")[:, :5]
    assert np.array_equal(best, order)
    assert np.array_equal(found, np.take_along_axis(score, order, axis=1))


def test_new_items_are_those_of_customers_alike_and_never_owned() -> None:
    purchases = tastes()
    model = fit_recommender(purchases)
    bought = bought_by(purchases, model.items)
    best, score = model.new(bought, 4)
    for customer, places, scores in zip(bought.customers, best, score, strict=True):
        own = set(purchases.loc[purchases["customer_id"] == customer, "product_id"])
        named = list(model.items[places])
        assert not own & set(named)
        assert {item[0] for item in named} == {next(iter(own))[0]}
        assert list(scores) == sorted(scores, reverse=True)


def test_what_was_bought_of_late_says_more_of_a_customer() -> None:
    # Everybody who buys a buys c, and everybody who buys b buys d.
    pairs = [(f"x{number}", item, 20) for number in range(50) for item in "ac"]
    pairs += [(f"y{number}", item, 20) for number in range(50) for item in "bd"]
    pairs += [
        ("early_a", "a", 300),
        ("early_a", "b", 5),
        ("early_b", "b", 300),
        ("early_b", "a", 5),
    ]
    purchases = pd.DataFrame(pairs, columns=["customer_id", "product_id", "age_days"])
    model = fit_recommender(purchases)
    bought = bought_by(purchases, model.items)
    best, _ = model.new(bought, 1)
    first = dict(zip(bought.customers, model.items[best[:, 0]], strict=True))
    assert (first["early_a"], first["early_b"]) == ("d", "c")


def test_buying_again_goes_by_how_often_and_how_lately() -> None:
    purchases = pd.DataFrame(
        [("ann", "often", 50)] * 3 + [("ann", "once", 10), ("ann", "old", 900), ("bob", "x", 1)],
        columns=["customer_id", "product_id", "age_days"],
    )
    model = fit_recommender(purchases)
    bought = bought_by(purchases, model.items)
    best, score = model.again(bought, 3)
    assert list(model.items[best[0]]) == ["often", "once", "old"]
    assert score[0] == pytest.approx(np.exp([-50 / 120, -10 / 120, -900 / 120]) * [3, 1, 1])
    assert list(score[1] > 0) == [True, False, False]


def test_what_sold_of_late_comes_first() -> None:
    purchases = tastes()
    late = purchases["product_id"] == "a3"
    purchases.loc[late, "age_days"] = 1
    purchases.loc[~late & (purchases["age_days"] <= POPULARITY_DAYS), "age_days"] = 90
    model = fit_recommender(purchases)
    assert model.popularity[list(model.items).index("a3")] == 1
    assert model.popularity.sum() == 1


def test_recommendations_beat_what_sells_best_where_tastes_differ() -> None:
    history = tastes(600)
    later = tastes(600).assign(age_days=-5)
    found = judge_recommendations(history, later)
    for subject in ("new", "any"):
        model, popular = found[subject]["model"], found[subject]["popularity"]
        assert model.customers == popular.customers
        assert model.recall_at_10 > 1.4 * popular.recall_at_10
    # Four of ten items are new, and all four are among ten recommended.
    assert found["new"]["model"].recall_at_10 == 1
    assert found["new"]["model"].hit_rate_at_5 == 1


def test_hits_by_hand() -> None:
    history = pd.DataFrame(
        [("ann", "p", 5), ("bob", "p", 5), ("bob", "q", 5), ("cid", "q", 40), ("cid", "r", 40)],
        columns=["customer_id", "product_id", "age_days"],
    )
    later = pd.DataFrame(
        [("ann", "q", -1), ("ann", "unknown", -1), ("dan", "p", -1), ("cid", "r", -2)],
        columns=["customer_id", "product_id", "age_days"],
    )
    found = judge_recommendations(history, later)
    assert found["new"]["model"].customers == 1
    assert found["any"]["popularity"].customers == 2
    assert found["any"]["popularity"].recall_at_10 == 1
