"""Search, menus and inputs of a site as a reader uses them, and its pages on paper."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from published_sample import publish_sample

from patron.shop import Shop
from reports.builder.api import Request, build_site
from reports.builder.documents.write import Documents
from tests.support.report_checks import ARGUMENTS

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser
START = """---
title: Start
---

```sql countries
SELECT * FROM (VALUES ('DE', 3), ('AT', 2)) AS t(country, n)
```

<Dropdown name=country data={countries} value=country title=Country />
<Checkbox name=double title=Double />

```sql mine
SELECT r.n FROM range(1, 1 + (SELECT n * ${inputs.double ? 10 : 1} FROM ${countries}
WHERE country = '${inputs.country.value}')) AS r(n)
```

There are {mine.length} rows in {inputs.country.value}.

<DataTable data={mine} rows=5 title=Rows />
"""


@pytest.fixture
def site(shop: Shop, tmp_path: Path) -> Path:
    publish_sample(shop, customers=5)
    content = tmp_path / "reports"
    (content / "pages" / "deep").mkdir(parents=True)
    shutil.copytree(shop.project / "reports" / "theme", content / "theme")
    (content / "pages" / "index.md").write_text(START)
    (content / "pages" / "deep" / "one page.md").write_text(
        "---\ntitle: Returns & refunds\n---\n## Reasons\nbecause"
    )
    (content / "pages" / "deep" / "other.md").write_text("---\ntitle: Other\n---\nx")
    build_site(shop, request=Request(content=content))
    return shop.site


@pytest.fixture
def page(chromium: str) -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        yield page
        browser.close()
    assert complaints == []


def test_readers_find_pages_by_search_menu_and_links(site: Path, page: Any) -> None:
    page.goto((site / "deep" / "other.html").as_uri())
    search = page.get_by_role("searchbox", name="Search pages")
    search.fill("reas ret")
    assert page.locator("#found a").count() == 1
    assert "Reasons" in page.locator("#found").inner_text()
    search.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/deep/one%20page.html")
    assert page.get_by_role("heading", level=1).inner_text() == "Returns & refunds"
    search.fill("nothing like it")
    assert page.locator("#found").inner_text() == "No page found"
    search.press("Escape")
    assert not page.locator("#found").is_visible()
    assert page.locator(".side").is_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    assert not page.locator(".side").is_visible()
    page.get_by_role("link", name="Menu").click()
    page.locator(".side").get_by_role("link", name="Home").click()
    page.wait_for_url("**/index.html")


def test_inputs_switch_what_depends_on_them(site: Path, page: Any) -> None:
    page.goto((site / "index.html").as_uri())
    shown = page.locator("main")

    def rows() -> int:
        return int(page.locator("figure.table tbody tr:visible").count())

    assert "There are 3 rows in DE." in shown.inner_text()
    page.get_by_label("Country").select_option(label="AT")
    assert "There are 2 rows in AT." in shown.inner_text()
    assert rows() == 2
    page.get_by_label("Double").check()
    assert "There are 20 rows in AT." in shown.inner_text()
    assert rows() == 5
    page.get_by_role("button", name="Next page").click()
    assert page.locator("figure.table tbody tr:visible td").first.inner_text() == "6"
    page.get_by_label("Double").uncheck()
    page.get_by_label("Country").select_option(label="DE")
    assert "There are 3 rows in DE." in shown.inner_text()
    page.get_by_label("Double").check()
    page.get_by_label("Country").select_option(label="AT")
    assert page.locator("figure.table tbody tr:visible td").first.inner_text() == "6"


def test_pages_are_printed_on_the_paper_asked_for(
    shop: Shop, chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATRON_CHROMIUM", chromium)
    publish_sample(shop, customers=5)
    content = tmp_path / "reports"
    (content / "pages").mkdir(parents=True)
    shutil.copytree(shop.project / "reports" / "theme", content / "theme")
    (content / "pages" / "index.md").write_text("# On paper")
    for paper, box in (("A4", "594.9\\d* 841.9"), ("Letter", "612 792")):
        wanted = Documents(pdf=True, paper=paper)
        made = build_site(shop, request=Request(content=content, documents=wanted)).documents
        assert [file.name for file in made] == ["index.pdf"]
        assert re.search(rf"/MediaBox \[0 0 {box}".encode(), made[0].read_bytes())
