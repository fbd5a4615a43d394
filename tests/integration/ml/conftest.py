"""A small shop with predictions, made once."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from prediction_data import build, buying_days, publish, with_days

from patron.shop import SHOP_VARIABLE, Shop, find_project, find_shop

AS_OF = date(2026, 3, 15)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published copy of 900 customers over 15 months."""
    path = tmp_path_factory.mktemp("published") / "data" / "published.duckdb"
    connection = with_days(buying_days(900, 460), AS_OF)
    build(connection)
    publish(connection, path)
    return path


@pytest.fixture(scope="session")
def trained_once(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop whose three models are trained; copy it before changing it."""
    from ml.train import train_all

    root = tmp_path_factory.mktemp("trained")
    (root / "data").mkdir()
    shutil.copy(published, root / "data")
    shop = Shop(root=root, project=find_project())
    assert {result.outcome for result in train_all(shop)} == {"promoted"}
    return shop


@pytest.fixture
def untrained(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop with published features and no model."""
    root = tmp_path / "untrained"
    (root / "data").mkdir(parents=True)
    shutil.copy(published, root / "data")
    monkeypatch.setenv(SHOP_VARIABLE, str(root))
    return find_shop(root)


@pytest.fixture
def trained(trained_once: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop of its own with trained models."""
    root = tmp_path / "shop"
    shutil.copytree(trained_once.root, root)
    monkeypatch.setenv(SHOP_VARIABLE, str(root))
    return find_shop(root)
