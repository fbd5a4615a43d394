"""The pages that Patron ships: of a shop without models, and of an empty one."""

from __future__ import annotations

import sys

import pytest
from published_sample import publish_sample

from patron.shop import Shop, find_project

sys.path.insert(0, str(find_project()))

from tests.support.shipped_site import MODEL_CARDS, NEVER_EMPTY, PAGES, built

pytestmark = pytest.mark.slow


def test_a_shop_without_models_builds_too(shop: Shop) -> None:
    publish_sample(shop, with_models=False)
    site = built(shop)
    assert site.complaints == []
    assert not MODEL_CARDS & set(site.codes)
    assert "No model has been trained" in site.texts["models/index"]
    assert "No model has scored these customers" in site.texts["customers/churn"]
    assert "No model has predicted the value of customers yet" in site.texts["customers/churn"]


def test_an_empty_shop_is_told_plainly_what_is_missing(shop: Shop) -> None:
    publish_sample(shop, customers=0, as_of=None, with_models=False)
    site = built(shop)
    assert site.complaints == []
    assert set(site.codes) == PAGES
    for name in PAGES - NEVER_EMPTY - {"models/index"}:
        assert "No data source for " in site.texts[name], name
        assert "€" not in site.texts[name], name
    for name in PAGES - NEVER_EMPTY - {"index"}:
        assert "<table" not in site.codes[name].partition('<section class="queries"')[0], name
