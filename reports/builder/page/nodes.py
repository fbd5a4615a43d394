"""The tree of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Code:
    """An expression in a page.

    Attributes:
        text: The source between the braces.
        language: `expression` for `{...}`, `jinja` for `{{ ... }}`.
        line: Where it stands.
    """

    text: str
    language: Literal["expression", "jinja"]
    line: int


@dataclass(frozen=True)
class PropValue:
    """A prop as written: texts and expressions in turn; bare props are `true`."""

    name: str
    parts: tuple[str | Code | bool, ...]
    line: int


@dataclass(frozen=True)
class Text:
    """Markdown."""

    text: str
    line: int


@dataclass(frozen=True)
class Output:
    """The value of an expression, put into the text."""

    code: Code


@dataclass(frozen=True)
class HtmlTag:
    """A raw HTML tag that has expressions in its attributes."""

    name: str
    props: tuple[PropValue, ...]
    closed: bool
    line: int


@dataclass(frozen=True)
class Component:
    """A component tag with its props and what is between the tags."""

    name: str
    props: tuple[PropValue, ...]
    children: tuple[Node, ...]
    line: int


@dataclass(frozen=True)
class Branch:
    """One branch of a condition; the `else` branch has none."""

    condition: Code | None
    children: tuple[Node, ...]


@dataclass(frozen=True)
class If:
    """`{#if}` with its branches in order."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Each:
    """`{#each items as item, index}`."""

    items: Code
    item: str
    index: str | None
    children: tuple[Node, ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True)
class Const:
    """`{@const name = value}`."""

    name: str
    value: Code


@dataclass(frozen=True)
class Partial:
    """`{@partial "file.md"}`."""

    path: str
    line: int


Node = Text | Output | HtmlTag | Component | If | Each | Const | Partial


@dataclass(frozen=True)
class QuerySource:
    """A named query as written.

    Attributes:
        name: What the page calls it.
        sql: The text, with `${...}` references.
        file: The file it stands in, relative to the reports folder.
        line: The line of its first line of SQL in that file.
    """

    name: str
    sql: str
    file: str
    line: int


@dataclass(frozen=True)
class PageSource:
    """A parsed page.

    Attributes:
        file: Relative to the reports folder.
        meta: The front matter.
        queries: The fenced queries, in order.
        nodes: The rest.
    """

    file: str
    meta: dict[str, object]
    queries: tuple[QuerySource, ...]
    nodes: tuple[Node, ...]
