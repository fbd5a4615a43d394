"""What every page of a built site must be in a real browser: accessible, whole on paper, silent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Width, and whether in the dark. Only colours and sizes differ between them, so the whole of axe
# runs on the first; the others have what can differ.
VIEWS = ((1280, False), (390, False), (1280, True))
_EVERYWHERE = {"resultTypes": ["violations"]}
_COLOURS = {**_EVERYWHERE, "runOnly": ["color-contrast"]}
_NARROW = {
    **_EVERYWHERE,
    "runOnly": ["color-contrast", "scrollable-region-focusable", "target-size"],
}
_PAPER_WIDTH = 703  # A4 without the margins of the theme, in pixels of CSS

# What is not shown whole on paper: charts, tables and text that go over the edge, hidden rows,
# closed folds, hidden tabs, tables without a head that repeats.
_PRINTED = """() => {
  const shown = e => e.getClientRects().length > 0, found = [];
  const name = e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40);
  const over = e => e.getBoundingClientRect().right > innerWidth + 1;
  document.querySelectorAll('main table, main .plot svg, main p, main li').forEach(e => {
    if (shown(e) && over(e)) found.push('over the edge: ' + name(e));
  });
  document.querySelectorAll('figure.chart').forEach(e => {
    const plots = [...e.querySelectorAll('.plot')].filter(shown);
    if (shown(e) && plots.length !== 1) found.push(plots.length + ' drawings: ' + name(e));
    if (getComputedStyle(e).breakInside !== 'avoid') found.push('may be cut: ' + name(e));
  });
  document.querySelectorAll('figure.table tbody tr').forEach(e => {
    if (shown(e.closest('figure')) && !shown(e)) found.push('hidden row: ' + name(e));
    if (getComputedStyle(e).breakInside !== 'avoid') found.push('row may be cut: ' + name(e));
  });
  document.querySelectorAll('main thead').forEach(e => {
    if (getComputedStyle(e).display !== 'table-header-group') found.push('head once: ' + name(e));
  });
  document.querySelectorAll('[role=tabpanel]').forEach(e => {
    if (!shown(e)) found.push('hidden tab: ' + name(e));
  });
  document.querySelectorAll('details:not([open])').forEach(e => {
    if (!e.closest('.queries, .data') && shown(e)) found.push('closed fold: ' + name(e));
  });
  return found;
}"""


def complaints(chromium: str, site: Path) -> list[str]:
    """What is wrong with the pages of a site, each with its page and the view it is wrong in."""
    from playwright.sync_api import sync_playwright

    pages = list(_different(sorted(site.rglob("*.html"))))
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        try:
            found = [
                f"{page.relative_to(site).as_posix()} at {width}{' in the dark' * dark}: {each}"
                for width, dark in VIEWS
                for page, each in _view(browser, pages, width, dark=dark)
            ]
        finally:
            browser.close()
    return found


def _different(pages: list[Path]) -> Iterator[Path]:
    """Two pages of each kind: those of one file with parameters have the same headings."""
    seen: Counter[tuple[Path, tuple[str, ...]]] = Counter()
    for page in pages:
        # The tables of the catalogue are of one file, whatever their layer.
        folder = page.parent.parent if page.parts[-3:-2] == ("catalog",) else page.parent
        kind = folder, tuple(re.findall(r'<h2 id="([^"]*)"', page.read_text("utf-8")))
        seen[kind] += 1
        if seen[kind] <= 2:
            yield page


def _view(browser: Any, pages: list[Path], width: int, *, dark: bool) -> list[tuple[Path, str]]:
    scheme = "dark" if dark else "light"
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    said: list[str] = []
    page.on("request", lambda request: said.append(f"asks for {request.url}"))
    page.on("console", lambda message: said.append(f"says {message.text}"))
    page.on("pageerror", lambda error: said.append(f"fails: {error}"))
    found: list[tuple[Path, str]] = []
    for file in pages:
        page.goto(file.as_uri())
        # What the browser logged, but for the page itself.
        found += [(file, each) for each in said if each != f"asks for {file.as_uri()}"]
        said.clear()
        found += [(file, each) for each in _seen(page, width, dark=dark)]
        if width > 1000 and not dark:
            found += [(file, f"on paper, {each}") for each in _on_paper(page, width)]
    context.close()
    return found


def _seen(page: Any, width: int, *, dark: bool) -> list[str]:
    found = []
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        found.append(f"is {wide} wide")
    page.evaluate(f"{AXE};0")
    options = _COLOURS if dark else _EVERYWHERE if width > 1000 else _NARROW
    for violation in page.evaluate("options => axe.run(options)", options)["violations"]:
        first = violation["nodes"][0]["html"][:160]
        found.append(f"{violation['id']} ({len(violation['nodes'])} times): {first}")
    return found


def _on_paper(page: Any, width: int) -> list[str]:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": _PAPER_WIDTH, "height": 1000})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    found: list[str] = page.evaluate(_PRINTED)
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": width, "height": 900})
    return found
