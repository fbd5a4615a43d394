"""E-mails, and one file of several pages."""

from __future__ import annotations

import email
import re
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from patron.errors import PatronError, UsageError
from patron.shop import Shop
from reports.builder.api import BuildResult, Request, build_site
from reports.builder.documents.paper import find_chromium
from reports.builder.documents.tree import parse
from reports.builder.documents.write import Documents

PAGE = """---
title: Sales <1>
description: What was sold.
---

```sql rows
SELECT 'n' || n AS name, n * 1.5 AS amount FROM range(1, 31) AS r(n)
```

## A heading

Text with **bold**, a [page](/other#a-heading) and a [site](https://example.com/x?a=1&b=2).

<BigValue data={rows} value=amount title="First amount" />

<BarChart data={rows} x=name y=amount title="The amounts" swapXY />

<DataTable data={rows} rows=5 title="All rows" />

<Details title="A fold">hidden words</Details>

<Alert status=warning>Take care</Alert>
"""


@pytest.fixture
def pages(content: Path) -> Path:
    (content / "pages" / "sub").mkdir()
    (content / "pages" / "index.md").write_text(PAGE, "utf-8")
    (content / "pages" / "other.md").write_text(
        "---\ntitle: Other\n---\n## A heading\n\n[back](/) and [sub](/sub/deep)\n", "utf-8"
    )
    (content / "pages" / "sub" / "deep.md").write_text("[other](../other) [start](/#a-heading)")
    return content


def made(shop: Shop, content: Path, **wanted: object) -> tuple[BuildResult, Path]:
    documents = Documents(**wanted)  # type: ignore[arg-type]
    result = build_site(shop, request=Request(content=content, documents=documents))
    assert not result.errors
    return result, shop.site


def message(file: Path) -> EmailMessage:
    found = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_an_email_shows_the_page_without_what_mail_cannot(published: Shop, pages: Path) -> None:
    result, site = made(published, pages, email=True, pages=("index",))
    assert [file.name for file in result.documents] == ["index.eml", "index.mail.html"]
    mail = message(site / "index.eml")
    assert mail["Subject"] == "Sales <1>"
    part = mail.get_body(("html",))
    assert part
    html = part.get_content()
    assert not re.search(
        r"<(script|style|svg|nav|button|link|details|template)|class=|var\(--", html
    )
    assert 'href="https://example.com/x?a=1&amp;b=2"' in html
    assert 'href="other' not in html  # there is no such page where the mail is read
    assert "First amount" in html
    assert "Take care" in html
    assert "hidden words" not in html
    assert "25 more rows in the report" in html
    assert html.count("<tr>") == 2 + 1 + 6 + 2  # frames, tiles, rows and their head, warnings
    images = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert [image["Content-ID"] for image in images] == ["<chart-1>"]
    assert 'src="cid:chart-1"' in html
    png = images[0].get_payload(decode=True)
    assert isinstance(png, bytes)
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") > 600  # twice the width of the drawing
    alone = (site / "index.mail.html").read_text("utf-8")
    assert "cid:" not in alone
    assert 'src="data:image/png;base64,' in alone


def test_an_email_says_the_same_in_plain_text(published: Shop, pages: Path) -> None:
    _, site = made(published, pages, email=True, pages=("index",))
    part = message(site / "index.eml").get_body(("plain",))
    assert part
    text = part.get_content()
    lines = text.splitlines()
    assert lines[:2] == ["Sales <1>", "========="]
    assert "What was sold." in lines
    assert any(line.startswith("First amount: 1.5") for line in lines)
    assert any(line.startswith("[Chart] The amounts. Bar chart") for line in lines)
    assert any(re.fullmatch(r"n1 +1\.50?", line) for line in lines)
    assert "hidden words" not in text
    assert "Take care" in lines
    assert not re.search(r"[<][a-z/]", text)


def test_equal_pages_are_equal_mails(published: Shop, pages: Path) -> None:
    _, site = made(published, pages, email=True)
    first = (site / "index.eml").read_bytes()
    made(published, pages, email=True)
    assert (site / "index.eml").read_bytes() == first


def test_one_file_holds_several_pages(published: Shop, pages: Path) -> None:
    result, site = made(published, pages, single=True)
    assert [file.name for file in result.documents] == ["document.html"]
    html = (site / "document.html").read_text("utf-8")
    tree = parse(html)
    ids = [each.attributes["id"] for each in tree.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    inside = [
        each.attributes["href"]
        for each in tree.walk()
        if each.attributes.get("href", "")[:1] == "#"
    ]
    assert set(inside) <= {f"#{name}" for name in ids}
    assert {"#page-1-a-heading", "#page-2", "#page-3"} <= set(inside)
    outside = {
        each.attributes["href"]
        for each in tree.walk()
        if each.tag == "a" and each.attributes["href"][:1] != "#"
    }
    assert outside == {"https://example.com/x?a=1&b=2"}
    assert html.count("<h1") == 1
    assert html.count("<style>") == 1
    assert [each.text() for each in tree.all("h2") if each.text() in ("Sales <1>", "Other", "Deep")]
    assert 'id="find"' not in html
    made(published, pages, single=True, pages=("other", "sub/*"))
    assert "First amount" not in (site / "document.html").read_text("utf-8")
    with pytest.raises(UsageError, match="no page is called nothing"):
        made(published, pages, single=True, pages=("nothing",))


def test_without_a_browser_there_is_no_pdf(
    published: Shop, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = build_site(published, request=Request(content=pages)).index
    assert site
    before = site.read_bytes()
    monkeypatch.setenv("PATRON_CHROMIUM", "no-such-browser")
    with pytest.raises(PatronError, match="no Chromium to print with"):
        find_chromium()
    with pytest.raises(PatronError, match="no Chromium to print with"):
        made(published, pages, pdf=True)
    assert site.read_bytes() == before  # the site of before stands
