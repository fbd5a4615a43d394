"""One of the shipped pages alone, built and read."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

from patron.shop import Shop, find_project
from reports.builder.api import Request, build_site


def content_of(page: str, folder: Path) -> Path:
    """The project's reports with one page only, such as `data/contracts`."""
    content, shipped = folder / "reports", find_project() / "reports"
    for part in ("theme", "queries", "partials"):
        shutil.copytree(shipped / part, content / part)
    (content / "pages").mkdir()
    shutil.copy(shipped / "pages" / f"{page}.md", content / "pages" / "index.md")
    return content


def words_of(shop: Shop, content: Path, *links: str) -> str:
    """The words that a reader of the page sees; it is built without a complaint.

    Args:
        shop: Whose published copy is shown.
        content: The page, of `content_of`.
        links: Pages that it leads to, which are not there.
    """
    result = build_site(shop, request=Request(content=content))
    complaints = [str(notice) for notice in (*result.warnings, *result.errors)]
    assert [one for one in complaints if not any(link in one for link in links)] == []
    code = (shop.site / "index.html").read_text("utf-8")
    shown = code[code.index("<main") :].partition('<section class="queries"')[0]
    bare = re.sub(r"<(svg|details|script|style).*?</\1>|<[^>]*>", " ", shown, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(bare))
