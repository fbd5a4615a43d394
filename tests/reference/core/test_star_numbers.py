"""Facts and customers of the star against pandas from raw, every column that was derived."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from star_numbers import Star, star

from tests.support.customer_shop import customer_shop

# A share of a discount is rounded to cents, and what follows from it with it.
CENT = {"discount_amount", "net_revenue_amount", "gross_margin_amount"}
# Ids of categories, which tests/models/test_int_products.yaml is about.
PLACES = {"aisle_id", "department_id"}


@pytest.fixture(scope="module")
def known() -> Star:
    return star(customer_shop().connection)


def table(name: str, key: list[str]) -> pd.DataFrame:
    frame: pd.DataFrame = customer_shop().connection.execute(f"FROM marts.{name}").df()
    return frame.set_index(key).sort_index()


def same(told: pd.DataFrame, expected: pd.DataFrame, cent: set[str], *, but: set[str]) -> None:
    assert list(told.index) == list(expected.index)
    assert set(told) - but <= set(expected)
    for column in set(told) - but:
        wanted, found = expected[column], told[column]
        if pd.api.types.is_datetime64_any_dtype(wanted):
            assert (pd.to_datetime(found) == wanted).all(), column
        elif wanted.dtype == object:
            assert [*found.where(found.notna(), None)] == [*wanted.where(wanted.notna(), None)]
        else:
            apart = 0.005 + 1e-9 if column in cent else 1e-6
            np.testing.assert_allclose(
                found.astype(float), wanted.astype(float), 0, apart, err_msg=column
            )


def test_orders(known: Star) -> None:
    told = table("fct_orders", ["order_id"])
    same(told, known.orders, set(), but=set())
    assert {"cancelled", "refunded"} < set(told["order_status"])
    assert told["customer_order_number"].max() > 20
    assert not told["is_guest"].any()


def test_order_lines(known: Star) -> None:
    told = table("fct_order_items", ["order_id", "line_number"])
    same(told, known.lines, CENT, but=PLACES)
    assert 0.2 < told["is_reorder"].mean() < 0.8
    assert told["is_organic"].any()


def test_discounts_of_lines_are_those_of_their_order(known: Star) -> None:
    lines = table("fct_order_items", ["order_id", "line_number"])
    shared = lines["discount_amount"].astype(float).groupby("order_id").sum()
    given = known.orders["discount_amount"].reindex(shared.index)
    size = known.orders["line_count"].reindex(shared.index)
    # Each line is rounded on its own.
    assert ((shared - given).abs() <= 0.005 * size + 1e-9).all()


def test_payments(known: Star) -> None:
    told = table("fct_payments", ["payment_id"])
    same(told, known.payments, set(), but=set())
    assert 0.8 < told["is_captured"].mean() < 1


def test_returns(known: Star) -> None:
    told = table("fct_returns", ["return_id"])
    same(told, known.returns, set(), but=set())
    assert len(told) > 50
