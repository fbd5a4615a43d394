from __future__ import annotations

import pytest
from markupsafe import Markup

from reports.builder.render.markdown import Document, MarkdownRenderer
from reports.builder.render.urls import page_link, safe_url

PAGES = frozenset({"index.html", "churn.html", "products/index.html", "products/abc.html"})


def renderer() -> MarkdownRenderer:
    return MarkdownRenderer(link=safe_url, image=lambda path: f"data:{path}")


def render(*parts: object) -> str:
    document = Document()
    for part in parts:
        if isinstance(part, Markup):
            document.html(part, block=part.startswith("<div"))
        elif isinstance(part, tuple):
            document.value(part[0])
        else:
            document.text(str(part))
    return str(renderer().render(document)).strip()


def test_values_are_text_whatever_they_look_like() -> None:
    hostile = "<script>alert(1)</script> **bold** [x](javascript:alert(1)) {a} `c` | # h"
    html = render("Value: ", (hostile,), ".")
    assert "<script>" not in html
    assert "<strong>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **bold** [x](javascript:alert(1)) {a}" in html


def test_values_work_inside_markdown() -> None:
    assert render("**", ("5",), "** and *", ("x<y",), "*") == (
        "<p><strong>5</strong> and <em>x&lt;y</em></p>"
    )


def test_values_in_links_are_checked() -> None:
    assert 'href="#"' in render("[go](", ("javascript:alert(1)",), ")")
    assert 'href="churn.html?a=&#34;b&#34;"' in render("[go](", ('churn.html?a="b"',), ")")


def test_blocks_are_not_put_into_paragraphs() -> None:
    block = Markup("<div>block</div>")
    assert render("## Title\n", block, "\ntext") == (
        '<h2 id="title">Title</h2>\n<div>block</div>\n<p>text</p>'
    )
    assert render("before ", block, " after") == "<div>before <div>block</div> after</div>"
    assert render("a ", Markup("<b>in line</b>"), " z") == "<p>a <b>in line</b> z</p>"


def test_tables_can_scroll() -> None:
    html = render("| a | b |\n|---|---|\n| 1 | ", ("2|3",), " |")
    assert html.startswith('<div class="scroll"><table>')
    assert "<td>2|3</td>" in html


def test_indented_markdown_is_not_code() -> None:
    assert render("    ## Title") == '<h2 id="title">Title</h2>' or "<code>" not in render("    x")


def test_headings_have_anchors_of_their_own() -> None:
    markdown = renderer()
    document = Document()
    document.text("## Net *revenue*\n\n## Net revenue\n\n## ")
    document.value("Ärger & <co>")
    markdown.render(document)
    assert [(each.anchor, each.text) for each in markdown.headings] == [
        ("net-revenue", "Net revenue"),
        ("net-revenue-2", "Net revenue"),
        ("rger-co", "Ärger & <co>"),
    ]


def test_images_go_through_the_page() -> None:
    assert '<img src="data:logo.png" alt="Logo"' in render("![Logo](logo.png)")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.com/a?b=1", "https://example.com/a?b=1"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("page.html#x", "page.html#x"),
        ("javascript:alert(1)", "#"),
        (" JAVASCRIPT:alert(1)", "#"),
        ("java\nscript:alert(1)", "#"),
        ("data:text/html,x", "#"),
        ("vbscript:x", "#"),
    ],
)
def test_only_harmless_links(url: str, safe: str) -> None:
    assert safe_url(url) == safe


@pytest.mark.parametrize(
    ("url", "here", "link"),
    [
        ("/churn", "index.html", "churn.html"),
        ("/", "churn.html", "index.html"),
        ("/churn#who", "products/abc.html", "../churn.html#who"),
        ("abc", "products/index.html", "abc.html"),
        ("/products", "index.html", "products/index.html"),
        ("/nowhere", "index.html", "/nowhere"),
        ("#top", "index.html", "#top"),
        ("https://example.com", "index.html", "https://example.com"),
    ],
)
def test_links_between_pages_are_relative(url: str, here: str, link: str) -> None:
    assert page_link(url, here, PAGES) == link
