"""Small pages, one construct each, with what the dialect's documentation leads one to expect.

A file of `conformance/` holds a group of cases. A case has a `page`, and of what is expected:

- `text`: pieces of the text that a reader sees, blanks as one;
- `html`: pieces of the markup; `not`: pieces that must not be there;
- `marks`: how many elements of the narrowest drawing match `tag[attribute=value]`;
- `sizes`: for such a selector an attribute, and the values' ratios;
- `tips`: what the drawing says about its marks, in order; lines are joined by ` | `;
- `warnings`, `errors`: a piece of each message, all of them, in order; none by default.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest
import yaml

from reports.builder.data.runner import Limits, QueryRunner
from reports.builder.page.nodes import QuerySource
from reports.builder.render.alone import Alone, Surroundings, render_alone

FOLDER = Path(__file__).parent / "conformance"
THEME = Path(__file__).parents[3] / "reports" / "theme"
PARTIALS = {"note.md": "A note on {topic ?? 'nothing'}.", "loop.md": '{@partial "loop.md"}'}
SELECTOR = re.compile(r"(\w+|\*)(?:\[([\w-]+)=([^\]]*)\])?")


def cases() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text("utf-8")):
            yield pytest.param(case, id=f"{file.stem}-{case['name'].replace(' ', '-')}")


@pytest.fixture(scope="module")
def around() -> Iterator[Surroundings]:
    with duckdb.connect() as connection:
        connection.execute((FOLDER / "tables.sql").read_text("utf-8"))
        tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        queries = {
            name: QuerySource(name, f"SELECT * FROM marts.{name}", f"queries/{name}.sql", 1)
            for (name,) in tables
        }
        yield Surroundings(
            runner=QueryRunner(connection, Limits(rows=1000)),
            theme=THEME,
            static=FOLDER / "static",
            queries=queries,
            partials={
                "note.md": "A note on {topic ?? 'nothing'}.",
                "loop.md": '{@partial "loop.md"}',
            },
            params={"city": "Rome"},
            outputs=frozenset({"index.html", "sales.html", "team/index.html"}),
        )


def text_of(markup: str) -> str:
    visible = re.sub(r"<(style|svg)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    visible = re.sub(r'<span class="(?:caption|sub)">', " ", visible)
    visible = re.sub(r"</?(?:b|i|em|strong|span|a|code|sup|sub)\b[^>]*>", "", visible)
    return re.sub(r"\s+", " ", entities.unescape(re.sub(r"<[^>]*>", " ", visible))).strip()


def drawing(rendered: Alone) -> ElementTree.Element:
    """The last, narrowest drawing of the page."""
    found = re.findall(r"<svg .*?</svg>", rendered.html, re.DOTALL)
    assert found, "nothing is drawn"
    return ElementTree.fromstring(found[-1])


def selected(root: ElementTree.Element, selector: str) -> list[ElementTree.Element]:
    match = SELECTOR.fullmatch(selector)
    assert match, selector
    tag, attribute, value = match.groups()
    found = root.iter() if tag == "*" else root.iter(tag)
    return [each for each in found if attribute is None or each.get(attribute) == value]


@pytest.mark.parametrize("case", list(cases()))
def test_a_construct_does_what_it_is_documented_to_do(
    case: dict[str, Any], around: Surroundings
) -> None:
    rendered = render_alone(case["page"], around, chosen=case.get("chosen"))
    shown = text_of(rendered.html)
    for piece in case.get("text", []):
        assert piece in shown
    for piece in case.get("html", []):
        assert piece in rendered.html
    for piece in case.get("not", []):
        assert piece not in rendered.html
    for messages, expected in (
        (rendered.warnings, case.get("warnings", [])),
        (rendered.errors, case.get("errors", [])),
    ):
        assert len(messages) == len(expected), messages
        assert all(piece in message for piece, message in zip(expected, messages, strict=True))
    check_drawing(case, rendered)


def check_drawing(case: dict[str, Any], rendered: Alone) -> None:
    if not {"marks", "sizes", "tips"} & set(case):
        return
    root = drawing(rendered)
    for selector, count in case.get("marks", {}).items():
        assert len(selected(root, selector)) == count, selector
    for selector, (attribute, ratios) in case.get("sizes", {}).items():
        found = [float(each.get(attribute) or "nan") for each in selected(root, selector)]
        unit = max(found) / max(ratios)
        assert found == pytest.approx([ratio * unit for ratio in ratios], abs=1.1)
    if "tips" in case:
        hits = [each.get("aria-label") or "" for each in selected(root, "*[class=hit]")]
        assert [tip.replace("\n", " | ") for tip in hits] == case["tips"]


def test_there_are_enough_of_them() -> None:
    groups = [yaml.safe_load(file.read_text("utf-8")) for file in FOLDER.glob("*.yaml")]
    names = [case["name"] for group in groups for case in group]
    assert len(names) >= 120
    assert len(set(names)) == len(names)
