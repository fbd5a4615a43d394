"""A new page to go on from."""

from __future__ import annotations

import re
from pathlib import Path

from patron.errors import PatronError, UsageError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*")
_TEMPLATE = """---
title: {title}
description: One sentence on the question this page answers.
---

```sql sales_by_month
SELECT
  date_trunc('month', date_day)::DATE AS month,
  sum(net_revenue) AS net_revenue_amount,
  sum(orders) AS orders
FROM marts.mart_executive_financial_summary
GROUP BY ALL
ORDER BY month
```

## Sales by month

{{#if sales_by_month.length}}

<LineChart data={{sales_by_month}} x=month y=net_revenue_amount yFmt=money0k title="Net revenue" />

<DataTable data={{sales_by_month}} sort="month desc" />

{{:else}}

No data source for orders.

{{/if}}
"""


def new_page(content: Path, name: str) -> Path:
    """Write the beginning of a page.

    Args:
        content: The folder reports/.
        name: The page's name, with folders if wanted; `.md` may be left out.

    Raises:
        UsageError: If the name cannot be a page's.
        PatronError: If there is such a page.
    """
    stem = name.removesuffix(".md")
    if not _NAME.fullmatch(stem):
        raise UsageError(
            f"'{name}' cannot be the name of a page",
            remedy="use lower-case letters, digits, - and _, with / between folders",
        )
    file = content / "pages" / f"{stem}.md"
    if file.exists():
        raise PatronError(
            "there is such a page already", where=str(file), remedy="choose another name"
        )
    title = re.sub(r"[_-]+", " ", stem.rpartition("/")[2]).capitalize()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_TEMPLATE.format(title=title), encoding="utf-8")
    return file
