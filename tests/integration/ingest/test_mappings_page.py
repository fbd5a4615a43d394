"""docs/mappings.md tells of every mapping, with the settings it has."""

from __future__ import annotations

import re

import pytest

from ingest.sources import load_mapping, mapping_names
from patron.shop import find_project

PAGE = (find_project() / "docs" / "mappings.md").read_text(encoding="utf-8")
YOURS = "**yours**: edit `.env`"


@pytest.mark.parametrize("name", mapping_names())
def test_the_page_tells_of_the_mapping(name: str) -> None:
    section = re.search(rf"\n## {name}\n(.*?)(\n## |\Z)", PAGE, re.DOTALL)
    assert section is not None
    for row in ("Reads", "Get it", "Assumes", "Cannot know"):
        assert f"| {row} |" in section[1]
    line = re.search(rf"\n\| \[`{name}`\]\(#{name}\) \| (.*?) \| (.*?) \|", PAGE)
    assert line is not None
    settings = load_mapping(name, "test").settings
    if line[1] != YOURS:
        assert line[1] == settings.get("PATRON_TIMEZONE", "UTC")
        assert line[2][:3] == settings.get("PATRON_CURRENCY", "EUR")
