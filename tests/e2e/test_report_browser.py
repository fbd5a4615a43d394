"""The reports as a reader meets them: opened from a file, in a real Chromium."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from printed import page_texts
from published_sample import publish_sample

from patron.shop import Shop, find_project
from reports.builder.api import Request, build_site
from tests.support.report_checks import ARGUMENTS

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

# Every mark of a chart that is shown, its figure, and whether it lies inside the window.
VISIBLE_CHARTS = """() => [...document.querySelectorAll('figure.chart')].map(figure => {
  // Below the screen, too: who takes a picture of the whole page gets all charts.
  const drawn = {contentVisibilityAuto: true};
  const shown = [...figure.querySelectorAll('.plot svg')].filter(e => e.checkVisibility(drawn));
  const box = shown.length ? shown[0].getBoundingClientRect() : null;
  const labels = box ? [...shown[0].querySelectorAll('text')] : [];
  const texts = labels.map(label => label.getBoundingClientRect());
  return {
    drawings: shown.length,
    width: box ? box.width : 0,
    height: box ? box.height : 0,
    inside: !!box && box.left >= 0 && box.right <= innerWidth,
    marks: box ? shown[0].querySelectorAll('path, line, rect').length : 0,
    cut: texts.filter(t => t.left < box.left - 2 || t.right > box.right + 2 ||
      t.bottom > box.bottom + 2).length,
    overlapping: texts.filter((a, i) => texts.some((b, j) => j > i && a.left < b.right - 1 &&
      b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)).length,
  };
})"""


class Reader:
    """A page of a browser, with everything it asked for and complained about."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, file: Path) -> None:
        self.page.goto(file.as_uri())
        self.page.wait_for_load_state("load")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        launched = running.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def executive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first page of the shipped ones; nobody changes them."""
    shop = Shop(root=tmp_path_factory.mktemp("executive"), project=find_project())
    publish_sample(shop, customers=1500)
    index = build_site(shop).index
    assert index
    return index


def site_of(shop: Shop, tmp_path: Path, text: str) -> Path:
    """A site of one page."""
    content = tmp_path / "reports"
    (content / "pages").mkdir(parents=True)
    shutil.copytree(shop.project / "reports" / "theme", content / "theme")
    (content / "pages" / "index.md").write_text(text, encoding="utf-8")
    index = build_site(shop, tmp_path / "site", request=Request(content=content)).index
    assert index
    return index


def reader(browser: Any, width: int = 1280, **options: Any) -> Reader:
    viewport = {"width": width, "height": 900}
    return Reader(browser.new_context(viewport=viewport, **options).new_page())


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "light"), (1280, "dark"), (800, "light")]
)
def test_the_page_opens_from_a_file_with_all_charts(
    browser: Any, executive: Path, width: int, scheme: str
) -> None:
    seen = reader(browser, width, color_scheme=scheme)
    seen.open(executive)
    assert seen.requests == [executive.as_uri()]
    assert seen.complaints == []
    charts = seen.page.evaluate(VISIBLE_CHARTS)
    assert len(charts) == 7
    for chart in charts:
        assert chart["drawings"] == 1
        assert chart["inside"]
        assert chart["width"] > 200
        assert chart["height"] > 60
        assert chart["marks"] > 5
        assert chart["cut"] == 0
        assert chart["overlapping"] == 0
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.locator(".kpi").count() == 8


def test_key_figures_are_aligned_and_whole(browser: Any, executive: Path) -> None:
    seen = reader(browser)
    seen.open(executive)
    boxes = seen.page.evaluate(
        "() => [...document.querySelectorAll('.kpi')].map(e => [e.getBoundingClientRect().top,"
        " e.offsetWidth, e.offsetHeight, e.scrollWidth <= e.clientWidth])"
    )
    for row in (boxes[:4], boxes[4:]):
        assert len({round(top) for top, *_ in row}) == 1
        assert len({round(height) for _, _, height, _ in row}) == 1
    assert len({round(width) for _, width, *_ in boxes}) == 1
    assert all(whole for *_, whole in boxes)


def test_tables_fit_their_cards_and_no_row_is_tinted_by_accident(
    browser: Any, executive: Path
) -> None:
    seen = reader(browser)
    seen.open(executive)
    wide, tinted = seen.page.evaluate("""() => [
      [...document.querySelectorAll('figure.table .scroll')]
        .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.ariaLabel),
      [...document.querySelectorAll('div.group tbody td')]
        .filter(cell => getComputedStyle(cell).backgroundColor !== 'rgba(0, 0, 0, 0)').length]""")
    assert wide == []
    assert tinted == 0
    assert seen.page.locator("div.group tbody td").count() > 10


def test_the_pointer_brings_the_numbers_of_a_mark(browser: Any, executive: Path) -> None:
    seen = reader(browser)
    seen.open(executive)
    mark = seen.page.locator(".plot:visible .hit").nth(12)
    mark.scroll_into_view_if_needed()
    tip = seen.page.locator("#tip")
    assert not tip.is_visible()
    mark.hover()
    assert tip.is_visible()
    assert tip.inner_text() == mark.get_attribute("aria-label")
    assert "Net revenue: €" in tip.inner_text()
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    seen.page.keyboard.press("Escape")
    assert not tip.is_visible()


def test_tables_sort_search_page_and_download(browser: Any, shop: Shop, tmp_path: Path) -> None:
    publish_sample(shop, customers=20)
    index = site_of(
        shop,
        tmp_path,
        "```sql rows\nSELECT n, 'name ' || n AS name,"
        " CASE WHEN n = 3 THEN NULL ELSE n * -1.5 END AS x,"
        " CASE n WHEN 1 THEN '=1+1' WHEN 2 THEN '+a' WHEN 4 THEN '-b' WHEN 5 THEN '@c'"
        " WHEN 6 THEN chr(9) || 'd' ELSE 'a, \"b\"' END AS text"
        " FROM range(1, 26) AS r(n)\n```\n"
        "<DataTable data={rows} rows=10 search title='All rows' />\n",
    )
    seen = reader(browser, accept_downloads=True)
    seen.open(index)
    page = seen.page

    def first_column() -> list[str]:
        return [
            cell.strip()
            for cell in page.locator("tbody tr:visible td:first-child").all_inner_texts()
        ]

    assert first_column() == [str(n) for n in range(1, 11)]
    assert "Page 1 of 3 · 25 rows" in page.locator(".pager").inner_text()
    page.get_by_role("button", name="Next page").click()
    assert first_column()[0] == "11"
    page.get_by_role("button", name="N", exact=True).click()
    page.get_by_role("button", name="Previous page").click()
    assert first_column()[:3] == ["25", "24", "23"]
    assert page.locator("th").first.get_attribute("aria-sort") == "descending"
    page.get_by_role("button", name="X", exact=True).click()
    assert first_column()[:3] == ["1", "2", "4"]
    page.get_by_role("searchbox").fill("name 2")
    assert sorted(first_column(), key=int) == ["2", "20", "21", "22", "23", "24", "25"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Download All rows as CSV").click()
    assert download.value.suggested_filename == "all-rows.csv"
    text = Path(download.value.path()).read_text("utf-8-sig")
    found = {row[0]: row for row in csv.reader(io.StringIO(text))}
    assert len(found) == 26
    assert found["N"] == ["N", "Name", "X", "Text"]
    assert found["1"] == ["1", "name 1", "-1.5", "'=1+1"]
    assert [found[n][3] for n in "2456"] == ["'+a", "'-b", "'@c", "'\td"]
    assert found["3"][2:] == ["", 'a, "b"']
    assert seen.complaints == []


def test_a_text_filters_the_tables_that_ask_for_it(
    browser: Any, shop: Shop, tmp_path: Path
) -> None:
    publish_sample(shop, customers=20)
    index = site_of(
        shop,
        tmp_path,
        "```sql lamps\nSELECT 'Lamp ' || n AS name, 100 - n AS other FROM range(1, 26) t(n)\n```\n"
        "```sql rows\nSELECT other, name FROM ${lamps}"
        " WHERE name ILIKE '%${inputs.word.value}%'\n```\n"
        "<TextInput name=word title=Name />\n\n<DataTable data={rows} rows=10 search />\n\n"
        "<DataTable data={lamps} rows=all />\n",
    )
    seen = reader(browser)
    seen.open(index)
    narrowed, whole = (seen.page.locator("tbody").nth(place) for place in (0, 1))
    assert narrowed.locator("tr:visible").count() == 10
    seen.page.get_by_label("Name").fill("lamp 2")
    cells = narrowed.locator("tr:visible td:last-child").all_inner_texts()
    assert cells == ["Lamp 2", *(f"Lamp {n}" for n in range(20, 26))]
    assert "Page 1 of 1 · 7 rows" in seen.page.locator(".pager").first.inner_text()
    seen.page.get_by_label("Search in the table").fill("79")  # Lamp 21 has 79 in another column
    assert narrowed.locator("tr:visible").all_inner_texts() == ["79\tLamp 21"]
    seen.page.get_by_label("Name").fill("79")
    assert narrowed.locator("tr:visible").count() == 0
    assert whole.locator("tr:visible").count() == 25
    assert seen.complaints == []


@pytest.mark.parametrize(
    ("props", "parts", "heads"),
    [
        ("groupBy=city", "", ["City", "Kind", "N"]),
        ("groupBy=city groupType=section subtotals", "", ["City", "Kind", "N"]),
        (
            "groupBy=city groupsOpen=false",
            "<Column id=kind /><Column id=city title=Town /><Column id=n />",
            ["Kind", "Town", "N"],
        ),
    ],
)
def test_grouped_tables_download_with_their_groups(
    browser: Any, shop: Shop, tmp_path: Path, props: str, parts: str, heads: list[str]
) -> None:
    publish_sample(shop, customers=5)
    index = site_of(
        shop,
        tmp_path,
        "```sql rows\nSELECT * FROM (VALUES ('Rome, old', 'A', 5), ('=Bonn', 'A', 7),"
        " ('Rome, old', 'B', 6)) AS t(city, kind, n)\n```\n"
        f"<DataTable data={{rows}} title=Towns {props}>\n{parts}\n</DataTable>\n",
    )
    seen = reader(browser, accept_downloads=True)
    seen.open(index)
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="Download Towns as CSV").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    found = list(csv.reader(io.StringIO(text)))
    assert found[0] == heads
    town = "City" if "City" in heads else "Town"
    city, kind, n = (heads.index(name) for name in (town, "Kind", "N"))
    assert [(row[city], row[kind], row[n]) for row in found[1:]] == [
        ("Rome, old", "A", "5"),
        ("Rome, old", "B", "6"),
        ("'=Bonn", "A", "7"),
    ]


def test_folds_open_by_link_and_for_print(browser: Any, executive: Path) -> None:
    seen = reader(browser)
    seen.open(executive)
    page = seen.page
    definition = page.locator(".how").first
    definition.locator("summary").click()
    assert "Customers with at least one order" in definition.inner_text()
    definition.get_by_role("link", name="SQL").click()
    assert page.locator("#sql-customers pre").is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.querySelectorAll('.how:not([open])').length") == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelectorAll('.how[open]').length") == 1


def test_it_prints(browser: Any, executive: Path) -> None:
    seen = reader(browser)
    seen.open(executive)
    for paper in ("A4", "Letter"):
        assert seen.page.pdf(format=paper).startswith(b"%PDF")
    seen.page.emulate_media(media="print")
    seen.page.set_viewport_size({"width": 720, "height": 1000})
    charts = seen.page.evaluate(VISIBLE_CHARTS)
    assert all(chart["drawings"] == 1 and chart["inside"] for chart in charts)
    assert not seen.page.locator(".toc").is_visible()
    hidden = seen.page.evaluate(
        "[...document.querySelectorAll('.table tbody tr')]"
        ".filter(row => !row.getClientRects().length && !row.closest('details')).length"
    )
    assert hidden == 0


def test_long_tables_have_their_headings_on_every_page_and_whole_rows(
    browser: Any, shop: Shop, tmp_path: Path
) -> None:
    publish_sample(shop, customers=5)
    words = "repeat('many words ', 14)"
    index = site_of(
        shop,
        tmp_path,
        f"```sql rows\nSELECT n, 'begin' || n || ' ' || {words} || ' end' || n || '.' AS text,"
        " n % 2 AS half FROM range(100, 160) AS r(n)\n```\n"
        "<DataTable data={rows} title=Plain rows=5 totalRow>\n"
        "<Column id=text title=Plainhead /><Column id=n contentType=bar />\n</DataTable>\n\n"
        "<DataTable data={rows} title=Grouped groupBy=half groupsOpen=false>\n"
        "<Column id=text title=Grouphead />\n</DataTable>\n",
    )
    seen = reader(browser)
    seen.open(index)
    for paper in ("A4", "Letter"):
        pages = page_texts(seen.page.pdf(format=paper))
        whole = "".join(pages)
        plain, grouped = whole.index("Plainhead"), whole.index("Grouphead")
        begun = re.findall(r"begin(\d+)many", whole)
        assert begun[:60] == [str(n) for n in range(100, 160)]
        assert sorted(begun[60:]) == begun[:60]
        assert whole.count("Total") == 1
        start = 0
        for page in pages:
            # Each row of each table ends on the page that it begins on, under its headings.
            assert re.findall(r"begin(\d+)many", page) == re.findall(r"wordsend(\d+)\.", page)
            rows = [start + row.start() for row in re.finditer("begin", page)]
            assert page.count("Plainhead") == any(plain < row < grouped for row in rows)
            assert page.count("Grouphead") == any(row > grouped for row in rows)
            start += len(page)
        assert whole.count("Plainhead") >= 3
        assert whole.count("Grouphead") >= 3


def test_tabs_are_operated_by_keyboard(browser: Any, shop: Shop, tmp_path: Path) -> None:
    publish_sample(shop, customers=5)
    index = site_of(
        shop,
        tmp_path,
        "<Tabs>\n<Tab label=One>\nfirst panel\n</Tab>\n"
        "<Tab label=Two>\nsecond panel\n</Tab>\n</Tabs>\n",
    )
    seen = reader(browser)
    seen.open(index)
    assert seen.page.get_by_text("first panel").is_visible()
    seen.page.get_by_role("tab", name="One").press("ArrowRight")
    assert seen.page.get_by_text("second panel").is_visible()
    assert not seen.page.get_by_text("first panel").is_visible()


def test_an_old_page_says_so(browser: Any, executive: Path) -> None:
    seen = reader(browser)
    seen.page.clock.install(time="2025-09-16T00:00:00Z")
    seen.open(executive)
    assert not seen.page.locator("#age").is_visible()
    seen.page.clock.set_fixed_time("2025-09-25T12:00:00Z")
    seen.page.reload()
    assert "published 10 days ago" in seen.page.locator("#age").inner_text()
