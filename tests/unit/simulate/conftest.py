from __future__ import annotations

import pytest
from simulated_shop import SimulatedShop, make


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> SimulatedShop:
    """A middle-sized shop that no test changes."""
    folders = make(
        tmp_path_factory.mktemp("middle"), customers=4000, orders=60_000, days=730, seed=11
    )
    return SimulatedShop(folders)


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> SimulatedShop:
    """A shop with so many customers that what is rare or small can be measured."""
    folders = make(
        tmp_path_factory.mktemp("busy"), customers=15_000, orders=80_000, days=330, seed=4
    )
    return SimulatedShop(folders)
