"""What a page costs to build and to read.

    python -m benchmarks.reports [--shop FOLDER] [--json FILE]

The page has four key figures, three bar charts, two line charts, four tables and an alert, over a
published copy that is made up unless a shop is named. Building is measured in a process of its own;
reading in a real Chromium, from the file. `docs/report-site.md` has the numbers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
ROUNDS = 30
BARS = {
    "build_cpu_seconds": 3.0,
    "build_mb": 400.0,
    "files": 1,
    "gzip_kb": 150.0,
    "requests": 0,
    "charts_visible_ms": 150.0,
    "axe_violations": 0,
}
PAGE = """---
title: Benchmark
---

```sql months
SELECT DATE_TRUNC('month', date_day)::DATE AS month, SUM(net_revenue) AS net_revenue_amount,
  SUM(orders) AS orders, SUM(new_customers) AS new_customers,
  SUM(net_revenue) / NULLIF(SUM(orders), 0) AS average_amount
FROM marts.mart_executive_financial_summary GROUP BY month ORDER BY month DESC LIMIT 36
```

```sql segments
SELECT rfm_segment AS segment, COUNT(*) AS customers, SUM(total_spent) AS spent_amount
FROM marts.mart_customer_analytics WHERE rfm_segment IS NOT NULL
GROUP BY segment ORDER BY customers DESC
```

```sql countries
SELECT country, COUNT(*) AS customers, SUM(total_spent) AS spent_amount
FROM marts.mart_customer_analytics WHERE country IS NOT NULL
GROUP BY country ORDER BY customers DESC LIMIT 15
```

```sql risks
SELECT risk_level AS risk, COUNT(*) AS customers FROM marts.mart_customer_analytics
WHERE risk_level IS NOT NULL GROUP BY risk ORDER BY risk
```

<BigValue data={months} value=net_revenue_amount title="Net revenue" sparkline=month />
<BigValue data={months} value=orders sparkline=month />
<BigValue data={months} value=new_customers sparkline=month />
<BigValue data={months} value=average_amount title="Average order" sparkline=month />

<Alert status=warning>{months.length} months are shown.</Alert>

<LineChart data={months} x=month y=net_revenue_amount title="Net revenue" />
<LineChart data={months} x=month y={['orders', 'new_customers']} title="Orders" />
<BarChart data={segments} x=segment y=customers swapXY title="Segments" />
<BarChart data={countries} x=country y=spent_amount title="Countries" />
<BarChart data={risks} x=risk y=customers title="Risks" />

<DataTable data={months} title="Months" search />
<DataTable data={segments} title="All segments" totalRow />
<DataTable data={countries} title="All countries" />
<DataTable data={risks} title="All risks" />
"""
BUILD = """
import resource, sys
from pathlib import Path
from patron.shop import Shop
from reports.builder.api import Request, build_site
shop, content, out = (Path(each) for each in sys.argv[1:4])
request = Request(content=content, anew=True, wait_seconds=60)
result = build_site(Shop(shop, Path(sys.argv[4])), out, request=request)
if not result.ok or result.warnings:
    raise SystemExit("\\n".join(str(each) for each in (*result.errors, *result.warnings)))
used = resource.getrusage(resource.RUSAGE_SELF)
unit = 1024 if sys.platform == "linux" else 1048576
print(used.ru_utime + used.ru_stime, used.ru_maxrss / unit)
"""
# Charts are in the page itself: they are visible with its first contentful paint.
PAINT = """() => new Promise(done => new PerformanceObserver(list => {
  const paint = list.getEntries().find(entry => entry.name === 'first-contentful-paint');
  if (paint) done(paint.startTime);
}).observe({type: 'paint', buffered: true}))"""


def main() -> None:
    """Measure, print, and fail where a bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shop", type=Path, help="a shop with a published copy")
    parser.add_argument("--json", type=Path, help="write the numbers here too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), given.shop)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2), encoding="utf-8")
    missed = [name for name, bar in BARS.items() if found[name] > bar]
    for name, bar in BARS.items():
        print(f"{name:20} {found[name]:10.1f}  bar {bar:g}{'  MISSED' * (name in missed)}")
    print(f"{'blank_page_ms':20} {found['blank_page_ms']:10.1f}  the same browser's empty page")
    sys.exit(bool(missed))


def measure(folder: Path, shop: Path | None) -> dict[str, float]:
    """Build the page in a folder and read it."""
    content, site = folder / "reports", folder / "site"
    (content / "pages").mkdir(parents=True)
    (content / "pages" / "index.md").write_text(PAGE, encoding="utf-8")
    shutil.copytree(PROJECT / "reports" / "theme", content / "theme")
    shop = shop or _sample(folder / "shop")
    command = [sys.executable, "-c", BUILD, *map(str, (shop, content, site, PROJECT))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    cpu, memory = map(float, done.stdout.split())
    pages = sorted(site.rglob("*.html"))
    size = len(gzip.compress(pages[0].read_bytes())) / 1000
    built = {"build_cpu_seconds": cpu, "build_mb": memory, "files": len(pages), "gzip_kb": size}
    return built | _read(pages[0])


def _sample(root: Path) -> Path:
    sys.path.insert(0, str(PROJECT / "tests" / "support"))
    from published_sample import publish_sample

    from patron.shop import Shop

    publish_sample(Shop(root, PROJECT), customers=2000)
    return root


def _read(page: Path) -> dict[str, float]:
    sys.path.insert(0, str(PROJECT))
    from playwright.sync_api import sync_playwright

    from reports.builder.documents.paper import find_chromium
    from tests.support.report_checks import ARGUMENTS, AXE

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        paints = _paints(browser, page)
        tab = browser.new_context(bypass_csp=True).new_page()
        asked: list[Any] = []
        tab.on("request", lambda request: asked.append(request))  # noqa: PLW0108
        tab.goto(page.as_uri())
        drawn = tab.evaluate("[...document.querySelectorAll('.plot svg')].length")
        if drawn < 5:
            sys.exit(f"only {drawn} drawings in the page")
        tab.evaluate(f"{AXE};0")
        violations = len(tab.evaluate("axe.run()")["violations"])
        browser.close()
    return {
        "requests": len(asked) - 1,
        "blank_page_ms": statistics.median(paints.blank),
        "charts_visible_ms": statistics.median(paints.page),
        "axe_violations": violations,
    }


@dataclass(frozen=True)
class Paints:
    """Milliseconds from the start of a navigation to the first paint with content."""

    blank: list[float]
    page: list[float]


def _paints(browser: Any, page: Path) -> Paints:
    """A blank page and the page in turn, in a tab that has shown both: no process starts."""
    blank = page.with_name("blank.html")
    blank.write_text("<!doctype html><title>Blank</title><p>Nothing</p>", encoding="utf-8")
    tab = browser.new_page()
    found: dict[Path, list[float]] = {blank: [], page: []}
    for _ in range(ROUNDS + 1):
        for file, paints in found.items():
            tab.goto(file.as_uri())
            paints.append(tab.evaluate(PAINT))
    tab.close()
    return Paints(found[blank][1:], found[page][1:])


if __name__ == "__main__":
    main()
