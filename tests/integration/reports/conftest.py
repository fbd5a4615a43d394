"""A made-up published copy, and pages written by the test."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from patron.shop import Shop

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from published_sample import publish_sample

from reports.builder.api import BuildResult, Request, build_site


@dataclass(frozen=True)
class Built:
    """A site that was built.

    Attributes:
        result: What the build says.
        html: The first page.
        body: What stands between the page's head and its queries.
    """

    result: BuildResult
    html: str

    @property
    def body(self) -> str:
        main = re.search(r"<main.*?</main>", self.html, re.DOTALL)
        assert main
        return main.group().partition('<section class="queries"')[0]

    @property
    def messages(self) -> list[str]:
        return [str(notice) for notice in (*self.result.warnings, *self.result.errors)]


@pytest.fixture
def published(shop: Shop) -> Shop:
    """A shop with a published copy of 300 customers."""
    publish_sample(shop)
    return shop


@pytest.fixture
def content(tmp_path: Path, published: Shop) -> Path:
    """A folder of pages without pages, with the theme of the project."""
    folder = tmp_path / "reports"
    (folder / "pages").mkdir(parents=True)
    shutil.copytree(published.project / "reports" / "theme", folder / "theme")
    return folder


Render = Callable[..., Built]


@pytest.fixture
def render(published: Shop, content: Path) -> Render:
    """Build a site of one page, or of several by name."""

    def build(text: str = "", **others: str) -> Built:
        for name, source in {"index": text, **others}.items():
            (content / "pages" / f"{name}.md").write_text(source, encoding="utf-8")
        result = build_site(published, request=Request(content=content))
        assert result.index
        return Built(result, result.index.read_text("utf-8"))

    return build
