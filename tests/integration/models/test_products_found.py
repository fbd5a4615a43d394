"""The marts about products on a simulated shop: what its truth knows, nothing sold, the page."""

from __future__ import annotations

import pytest
from scipy.stats import spearmanr

from tests.support.built_shop import BuiltShop, loaded
from tests.support.definitions import PROJECT, value
from tests.support.doc_queries import BLOCK, with_results
from tests.support.product_shop import COMPARED, MARTS, MODELS, product_shop
from tests.support.recommendation_hits import judged

pytestmark = pytest.mark.slow


def loaded_again() -> BuiltShop:
    """The same shop with nothing built yet."""
    return loaded(product_shop().truth.parents[1])


@pytest.mark.parametrize("model", MODELS)
def test_no_audit_finds_anything(model: str) -> None:
    assert product_shop().failing_audits(model) == []


def test_the_products_that_people_combine_are_among_the_surest_pairs() -> None:
    shop = product_shop()
    found = shop.connection.execute(f"""
        SELECT COUNT(*) FILTER (place <= 20), COUNT(*) FILTER (place <= 40) FROM (
          SELECT antecedent_id, consequent_id, RANK() OVER (ORDER BY chi_square DESC) AS place
          FROM marts.mart_product_affinity WHERE antecedent_id < consequent_id
        ) AS pairs
        INNER JOIN '{shop.truth}/affinities.parquet' AS truth
          ON LEAST(product_id, partner_product_id) = antecedent_id
          AND GREATEST(product_id, partner_product_id) = consequent_id
    """).fetchone()
    assert found == (12, 14)


def test_elasticities_have_the_sign_and_the_order_of_the_true_ones() -> None:
    shop = product_shop()
    told = shop.connection.execute(f"""
        SELECT price_elasticity, price_elasticity_error, elasticity
        FROM marts.mart_product_performance
        INNER JOIN '{shop.truth}/elasticities.parquet' USING (product_id)
        WHERE price_elasticity IS NOT NULL
    """).df()
    assert len(told) > 40
    assert (told["price_elasticity"] < 0).mean() > 0.85
    assert spearmanr(told["price_elasticity"], told["elasticity"]).statistic > 0.2
    distance = (told["price_elasticity"] - told["elasticity"]) / told["price_elasticity_error"]
    assert (distance.abs() < 3).mean() > 0.9


def test_a_shop_with_nothing_has_empty_marts_and_no_findings() -> None:
    empty = loaded_again()
    for (stream,) in empty.connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'"
    ).fetchall():
        empty.connection.execute(f"DELETE FROM raw.{stream}")
    empty.build(*MODELS, *COMPARED)
    for mart in MARTS:
        assert empty.connection.execute(f"SELECT COUNT(*) FROM {mart}").fetchone() == (0,)
    assert {model: empty.failing_audits(model) for model in MODELS} == {m: [] for m in MODELS}


def test_a_shop_without_a_sale_lists_its_products_as_unsold() -> None:
    silent = loaded_again()
    for stream in ("orders", "order_items", "payments", "returns", "reviews"):
        silent.connection.execute(f"DELETE FROM raw.{stream}")
    silent.build(*MODELS, *COMPARED)
    kinds = silent.connection.execute(
        "SELECT DISTINCT lifecycle, abc_class FROM marts.mart_product_performance"
    ).fetchall()
    assert kinds == [("unsold", "C")]
    assert {model: silent.failing_audits(model) for model in MODELS} == {m: [] for m in MODELS}


def test_recommendations_beat_popularity_at_the_next_order() -> None:
    hits = judged(loaded_again())
    assert hits.customers > 100
    # Three standard errors of a difference of two shares of so few are about 0.11.
    assert hits.recommended - hits.popular > 0.11


def test_the_page_shows_the_results_its_queries_give() -> None:
    page = (PROJECT / "docs" / "marts" / "products.md").read_text(encoding="utf-8")
    assert with_results(page, product_shop().connection) == page
    queries = " ".join(block["query"] for block in BLOCK.finditer(page))
    assert all(mart in queries for mart in MARTS)


@pytest.mark.parametrize("statistic", [0, 1e-9, 0.1, 1, 3.84, 10, 100, 700, 1300])
def test_the_p_value_is_that_of_scipy(statistic: float) -> None:
    from scipy.stats import chi2

    found = value(f"SELECT @chi_square_p_value(x) FROM (SELECT {statistic}::DOUBLE AS x)")
    assert found == pytest.approx(chi2.sf(statistic, 1), rel=2e-7)


def test_the_p_value_of_nothing_is_nothing_and_of_too_much_is_zero() -> None:
    assert value("SELECT @chi_square_p_value(x) FROM (SELECT NULL::DOUBLE AS x)") is None
    assert value("SELECT @chi_square_p_value(x) FROM (SELECT 1e9::DOUBLE AS x)") == 0
