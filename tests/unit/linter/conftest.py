"""A project of which rules are asked."""

from __future__ import annotations

import pytest
from linted import project_in
from sqlmesh import Context


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """A project without models, with an empty folder of unit tests."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "tests" / "models").mkdir(parents=True)
    return project_in(folder)
