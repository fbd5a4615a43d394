"""Small queries for pages of one component, and what a reader sees of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

SALES = """
```sql sales
SELECT * FROM (VALUES
  (DATE '2025-01-01', 'Berlin', 1200.5, 0.25, 3, NULL),
  (DATE '2025-02-01', 'Paris', 800.0, 0.5, 1, 0.1),
  (DATE '2025-03-01', 'Rome', 4000.25, 0.1, 6, -0.2)
) AS t(month, city, revenue_amount, open_share, orders, change_pct)
```

```sql nothing
SELECT 1 AS orders, DATE '2025-01-01' AS month WHERE FALSE
```

```sql one
SELECT 1234.5 AS total, 0.12 AS growth, -0.03 AS yearly, 0 AS flat, 70 AS goal, NULL AS none
```
"""
Render = Callable[..., Any]


def body(render: Render, text: str) -> str:
    built = render(SALES + text)
    assert built.messages == []
    return str(built.body)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


def messages(render: Render, text: str) -> list[str]:
    return list(render(SALES + text).messages)
