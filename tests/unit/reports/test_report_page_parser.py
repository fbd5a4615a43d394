from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.builder.notices import Notices, PageSyntaxError
from reports.builder.page.nodes import (
    Code,
    Component,
    Const,
    Each,
    HtmlTag,
    If,
    Node,
    Output,
    PageSource,
    Partial,
    Text,
)
from reports.builder.page.parser import parse_page


def parse(text: str) -> PageSource:
    return parse_page(text, "pages/test.md", Notices("pages/test.md"))


def component(text: str) -> Component:
    found = [node for node in parse(text).nodes if isinstance(node, Component)]
    assert len(found) == 1
    return found[0]


def props(text: str) -> dict[str, object]:
    return {
        prop.name: prop.parts[0].text if isinstance(prop.parts[0], Code) else prop.parts[0]
        for prop in component(text).props
    }


def words(nodes: tuple[Node, ...]) -> str:
    return "".join(node.text for node in nodes if isinstance(node, Text)).strip()


def test_front_matter_is_read_and_left_out() -> None:
    page = parse("---\ntitle: Sales\nqueries:\n  - by_day.sql\n---\nHello")
    assert page.meta == {"title": "Sales", "queries": ["by_day.sql"]}
    assert words(page.nodes) == "Hello"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("---\ntitle: [a\n---\n", "front matter cannot be read", 3),
        ("---\njust text\n---\n", "front matter is not", 1),
        ("text\n\n<Grid>\n", "<Grid> is not closed", 3),
        ("<Grid>\n</Details>", "</Details> closes <Grid> of line 1", 2),
        ("</Grid>", "</Grid> without its beginning", 1),
        ("a\n{#if x}\nb", "{#if} is not closed", 2),
        ("{/if}", "{/if} without its beginning", 1),
        ("{:else}", "{:else} without its beginning", 1),
        ("{#each a}{/each}", "cannot read the block {#each a}", 1),
        ("{#each a as b}", "{#each} is not closed", 1),
        ("{#await x}", "cannot read the block", 1),
        ("{@foo x}", "cannot read {@foo x}", 1),
        ("{% macro x %}", "not a statement of the page language", 1),
        ("a { b", "'{' without '}'", 1),
        ("```sql a\nselect 1", "is not closed", 1),
        ("```sql a\nselect 1\n```\n```sql a\nselect 2\n```", "two queries named 'a'", 4),
        ('<BarChart title="x', "the quote is not closed", 1),
        ("<BarChart data={x", "'{' without '}'", 1),
        ("<BarChart data= />", "the value is missing", 1),
        ("<BarChart data=x", "no closing '>'", 1),
    ],
)
def test_mistakes_have_a_line(text: str, message: str, line: int) -> None:
    with pytest.raises(PageSyntaxError) as caught:
        parse(text)
    assert message in caught.value.message
    assert caught.value.line == line


def test_queries_are_taken_out_with_their_line() -> None:
    page = parse("# A\n\n```sql sales\nselect 1\n```\n\n~~~~sql more\nselect 2\n~~~~\n")
    assert [(query.name, query.sql, query.line) for query in page.queries] == [
        ("sales", "select 1\n", 4),
        ("more", "select 2\n", 8),
    ]
    assert words(page.nodes) == "# A"


def test_an_old_fence_names_its_query() -> None:
    page = parse("```sales\nselect 1\n```\n```python\nprint({1})\n```\n```sql\nselect 3\n```\n")
    assert [query.name for query in page.queries] == ["sales"]
    assert "print({1})" in words(page.nodes)
    assert "select 3" in words(page.nodes)


def test_props_may_be_quoted_bare_unquoted_or_expressions() -> None:
    found = props(
        "<BarChart data={sales} x=month y='net revenue' title=\"A &amp; b\" swapXY"
        " value=% sort={false} seriesColors={{a: '#fff', b: `}`}} />"
    )
    assert found == {
        "data": "sales",
        "x": "month",
        "y": "net revenue",
        "title": "A & b",
        "swapXY": True,
        "value": "%",
        "sort": "false",
        "seriesColors": "{a: '#fff', b: `}`}",
    }


def test_props_may_span_lines_with_commas_and_comments() -> None:
    found = component("<BarChart\n  data={sales},\n  // the months\n  x=month\n/>")
    assert [(prop.name, prop.line) for prop in found.props] == [("data", 2), ("x", 4)]


def test_the_short_form_of_a_prop() -> None:
    assert props("<BarChart {data} />") == {"data": "data"}


def test_a_quoted_prop_may_hold_expressions() -> None:
    (prop,) = component('<BarChart title="Sales of {year}, {place}" />').props
    assert prop.parts == (
        "Sales of ",
        Code("year", "expression", 1),
        ", ",
        Code("place", "expression", 1),
    )


def test_components_nest_and_keep_their_markdown() -> None:
    grid = component("<Grid cols=2>\n\n## Left\n\n<Group>\n**bold**\n</Group>\n</Grid>")
    inner = [node for node in grid.children if isinstance(node, Component)]
    assert [node.name for node in inner] == ["Group"]
    assert words(grid.children) == "## Left"
    assert words(inner[0].children) == "**bold**"
    assert inner[0].line == 5


def test_conditions_with_all_branches() -> None:
    (node,) = parse("{#if a > 1}one{:else if b}two{:else}three{/if}").nodes
    assert isinstance(node, If)
    assert [branch.condition and branch.condition.text for branch in node.branches] == [
        "a > 1",
        "b",
        None,
    ]
    assert [words(branch.children) for branch in node.branches] == ["one", "two", "three"]


def test_loops_with_index_key_and_else() -> None:
    (node,) = parse("{#each rows.slice(0, 3) as row, i (row.id)}x{:else}none{/each}").nodes
    assert isinstance(node, Each)
    assert (node.items.text, node.item, node.index) == ("rows.slice(0, 3)", "row", "i")
    assert (words(node.children), words(node.otherwise)) == ("x", "none")


def test_jinja_is_another_spelling_of_the_same() -> None:
    page = parse(
        "{% set n = 2 %}{% if n > 1 %}{{ n | fmt('num0') }}{% elif x %}b{% else %}c{% endif %}"
        "{% for row in rows %}r{% endfor %}{# nothing #}"
    )
    const, condition, loop = page.nodes
    assert isinstance(const, Const)
    assert const.value == Code("2", "jinja", 1)
    assert isinstance(condition, If)
    assert condition.branches[0].condition == Code("n > 1", "jinja", 1)
    assert condition.branches[0].children == (Output(Code("n | fmt('num0')", "jinja", 1)),)
    assert isinstance(loop, Each)
    assert loop.items == Code("rows", "jinja", 1)


def test_directives() -> None:
    nodes = parse('{@partial "parts/head.md"}{@const x = 1}{@html y}').nodes
    assert nodes == (
        Partial("parts/head.md", 1),
        Const("x", Code("1", "expression", 1)),
        Output(Code("y", "expression", 1)),
    )


def test_code_and_comments_are_left_alone() -> None:
    page = parse("`{a}` and ``{`b`}`` <!-- {#if --> \\{c} {/* note */} \\<Grid>")
    assert words(page.nodes) == "`{a}` and ``{`b`}``  &#123;c}  &#60;Grid>"


def test_raw_html_with_expressions_is_a_node() -> None:
    nodes = parse('<a href="/x/{row.id}" class=button>go</a> <b>bold</b>').nodes
    assert isinstance(nodes[0], HtmlTag)
    assert (nodes[0].name, [prop.name for prop in nodes[0].props]) == ("a", ["href", "class"])
    assert words(nodes) == "go</a> <b>bold</b>"


def test_scripts_are_left_out_with_a_warning_and_styles_kept() -> None:
    notices = Notices("p")
    page = parse_page("<script>let a = {};</script><style>a{b:c}</style>", "p", notices)
    assert words(page.nodes) == "<style>a{b:c}</style>"
    assert "left out" in notices.found[0].message


def test_windows_line_ends_count_as_one() -> None:
    with pytest.raises(PageSyntaxError) as caught:
        parse("a\r\nb\r\n<Grid>")
    assert caught.value.line == 3


@given(st.text(alphabet="<>{}#/:@`'\"=-AaGrid \n%", max_size=60))
def test_any_text_is_a_page_or_a_syntax_error(text: str) -> None:
    with suppress(PageSyntaxError):
        assert parse(text).meta == {}
