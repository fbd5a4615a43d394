"""Rendering one page: blocks decided, components drawn, Markdown in between."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from markupsafe import Markup

from reports.builder.components.base import Component, ComponentError, Use
from reports.builder.components.convert import convert_props, raw_value
from reports.builder.components.registry import registered
from reports.builder.data.result import QueryResult
from reports.builder.data.sources import QueryError
from reports.builder.expressions.evaluate import truthy
from reports.builder.expressions.lexer import ExpressionError
from reports.builder.formats import MISSING, Formatter
from reports.builder.formats.resolve import default_text
from reports.builder.inputs.page_inputs import PageInputs
from reports.builder.notices import Notices, did_you_mean
from reports.builder.page import nodes
from reports.builder.render.images import Images
from reports.builder.render.markdown import Document, MarkdownRenderer
from reports.builder.render.scope import Scope, parts_of
from reports.builder.render.templates import Templates
from reports.builder.render.urls import safe_url

_MAX_REPEATS = 2_000
_ATTRIBUTE = re.compile(r"[a-z][\w-]*")
_URL_ATTRIBUTES = frozenset({"href", "src", "action", "formaction", "poster", "data"})
_UNSAFE_ATTRIBUTES = ("on", "style", "srcdoc")
Leaf = tuple[nodes.Node, Scope]


@dataclass
class PageRenderer:
    """Renders the nodes of one page.

    Attributes:
        notices: Takes warnings and errors.
        formatter: How values are written.
        templates: The theme's.
        markdown: Keeps the page's headings.
        images: Puts images into the page.
        partials: The trees of the partials, by path.
        output: The page's file in the site.
        outputs: The files of all pages.
        facts: What components may say about the data: the publication.
        columns: Into how many columns the grid around is divided.
        live_inputs: The inputs whose states are all built, so that readers can switch them.
    """

    notices: Notices
    formatter: Formatter
    templates: Templates
    markdown: MarkdownRenderer
    images: Images
    partials: Mapping[str, nodes.PageSource]
    output: str = "index.html"
    outputs: frozenset[str] = frozenset()
    facts: Mapping[str, object] = field(default_factory=dict)
    columns: int = 1
    live_inputs: frozenset[str] = frozenset()
    _inputs: PageInputs | None = None
    _told: set[str] = field(default_factory=set)
    _open_partials: list[str] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def render(self, tree: Sequence[nodes.Node], scope: Scope) -> Markup:
        """The HTML of nodes."""
        return self._document(list(self._flatten(tree, scope)))

    def render_children(
        self, node: nodes.Component, scope: Scope, parts: Sequence[str] = ()
    ) -> Markup:
        """What stands inside a component, without the tags that configure it."""
        leaves = [
            (child, inner)
            for child, inner in self._flatten(node.children, scope)
            if not (isinstance(child, nodes.Component) and child.name in parts)
        ]
        return self._document(leaves)

    def parts(
        self, node: nodes.Component, scope: Scope, name: str, data: object = None
    ) -> list[Use]:
        """The tags of one kind inside a component, blocks around them decided."""
        return [
            self._use(registered()[name], child, inner, data)
            for child, inner in self._flatten(node.children, scope)
            if isinstance(child, nodes.Component) and child.name == name
        ]

    @property
    def inputs(self) -> PageInputs:
        """The page's inputs.

        Raises:
            ComponentError: If the page is rendered without.
        """
        if self._inputs is None:
            raise ComponentError("inputs are not available here")
        return self._inputs

    def open_inputs(
        self, tree: Sequence[nodes.Node], scope: Scope, chosen: Mapping[str, object]
    ) -> Scope:
        """The page's scope with its inputs in it, which its queries see too.

        Args:
            tree: The page's nodes.
            scope: What names mean in the page.
            chosen: The key of the choice by the input's name, for what is not at its default.
        """
        scope = scope.extended(**{"$page": self._about(scope)})
        self._inputs = PageInputs(self, tree, scope, chosen)
        scope.store.variables = {**scope.store.variables, "inputs": self._inputs}
        return self._inputs.scope

    def _about(self, scope: Scope) -> Mapping[str, object]:
        """What pages of the original know about themselves, as `$page`."""
        path = "/" + self.output.removesuffix(".html").removesuffix("index").rstrip("/")
        params = scope.names.get("params") or {}
        return {"params": params, "route": {"id": path}, "url": {"pathname": path}}

    def count(self, kind: str) -> int:
        """The next number of a kind of component, for ids that are the same in every build."""
        self._counts[kind] += 1
        return self._counts[kind]

    @contextmanager
    def grid(self, columns: int) -> Iterator[None]:
        """Render what is inside a grid, so that charts know their width."""
        before = self.columns
        self.columns = before * columns
        try:
            yield
        finally:
            self.columns = before

    def problem(self, line: int, message: str) -> Markup:
        """An error shown in place of what could not be rendered; told once."""
        self.notices.error(line, message)
        return self.templates.render("problem.html", message=message)

    def _flatten(self, tree: Sequence[nodes.Node], scope: Scope) -> Iterator[Leaf]:
        """Texts, values and components, with all conditions and loops decided."""
        for node in tree:
            match node:
                case nodes.If():
                    yield from self._condition(node, scope)
                case nodes.Each():
                    yield from self._loop(node, scope)
                case nodes.Const(name, code):
                    try:
                        scope = scope.extended(**{name: scope.value(code)})
                    except (ExpressionError, QueryError):
                        yield _failing(code, scope)
                case nodes.Partial(path, line):
                    yield from self._partial(path, line, scope)
                case _:
                    yield node, scope

    def _condition(self, node: nodes.If, scope: Scope) -> Iterator[Leaf]:
        for branch in node.branches:
            try:
                holds = branch.condition is None or truthy(scope.value(branch.condition))
            except (ExpressionError, QueryError):
                yield _failing(branch.condition, scope)
                return
            if holds:
                yield from self._flatten(branch.children, scope)
                return

    def _loop(self, node: nodes.Each, scope: Scope) -> Iterator[Leaf]:
        try:
            items = scope.value(node.items)
        except (ExpressionError, QueryError):
            yield _failing(node.items, scope)
            return
        if not isinstance(items, Sequence) or isinstance(items, str) or not items:
            yield from self._flatten(node.otherwise, scope)
            return
        if len(items) > _MAX_REPEATS:
            self.notices.warn(node.items.line, f"only the first {_MAX_REPEATS:,} items are shown")
        for index, item in enumerate(items[:_MAX_REPEATS]):
            names = parts_of(node.item, item) | ({node.index: index} if node.index else {})
            yield from self._flatten(node.children, scope.extended(**names))

    def _partial(self, path: str, line: int, scope: Scope) -> Iterator[Leaf]:
        partial = self.partials.get(path)
        if partial is None:
            near = did_you_mean(path, self.partials)
            self.notices.error(line, f"there is no partial '{path}'{near}")
            return
        if path in self._open_partials:
            self.notices.error(line, f"partials include each other: '{path}'")
            return
        self._open_partials.append(path)
        yield from self._flatten(partial.nodes, scope)
        self._open_partials.pop()

    def _document(self, leaves: Sequence[Leaf]) -> Markup:
        document = Document()
        position = 0
        while position < len(leaves):
            position = self._add(document, leaves, position)
        return self.markdown.render(document)

    def _add(self, document: Document, leaves: Sequence[Leaf], position: int) -> int:
        """Add one leaf, or a run of tiles; returns where to go on."""
        node, scope = leaves[position]
        match node:
            case nodes.Text(text):
                document.text(text)
            case nodes.Output(code):
                self._output(document, code, scope)
            case nodes.HtmlTag():
                self._html_tag(document, node, scope)
            case nodes.Component():
                return self._component(document, leaves, position)
        return position + 1

    def _component(self, document: Document, leaves: Sequence[Leaf], position: int) -> int:
        node, scope = leaves[position]
        if not isinstance(node, nodes.Component):
            raise TypeError(node)
        component = registered().get(node.name)
        end = position + 1
        if component is None:
            near = did_you_mean(node.name, registered())
            self.notices.warn(node.line, f"there is no component <{node.name}>{near}")
            document.html(self.render_children(node, scope), block=True)
        elif component.run and self.columns == 1:
            run, end = _run(leaves, position)
            tiles = Markup("").join(self._draw(component, *leaf) for leaf in run)
            document.html(
                self.templates.render("run.html", kind=component.run, html=tiles), block=True
            )
        else:
            document.html(self._draw(component, node, scope), block=component.block)
        return end

    def _draw(self, component: Component, node: nodes.Node, scope: Scope) -> Markup:
        if not isinstance(node, nodes.Component):
            raise TypeError(node)
        if component.render is None:
            self.notices.warn(node.line, f"<{component.name}> stands outside its component")
            return Markup("")
        try:
            return component.render(self._use(component, node, scope))
        except (ComponentError, ExpressionError) as error:
            return self.problem(node.line, str(error))
        except QueryError as error:
            return self._failed_query(error)

    def _use(
        self, component: Component, node: nodes.Component, scope: Scope, data: object = None
    ) -> Use:
        values = convert_props(component, node.props, scope, self.notices, data)
        table = data if isinstance(data, QueryResult) else None
        return Use(component, values, node, scope, self, table)

    def _failed_query(self, error: QueryError) -> Markup:
        """The message in full where the query is first used, its name after that."""
        first = error.query.name not in self._told
        self._told.add(error.query.name)
        message = f"Query '{error.query.name}' failed"
        place = f"{error.query.file}:{error.line}"
        details = f"{place}: {error.message}" if first else "see the message above"
        return self.templates.render("problem.html", message=f"{message}: {details}")

    def _output(self, document: Document, code: nodes.Code, scope: Scope) -> None:
        try:
            value = scope.value(code)
        except QueryError as error:
            document.html(self._failed_query(error), block=False)
            return
        except ExpressionError as error:
            document.html(self.problem(code.line, str(error)), block=False)
            return
        document.value(MISSING if value is None else _shown(value))

    def _html_tag(self, document: Document, tag: nodes.HtmlTag, scope: Scope) -> None:
        document.text(f"<{tag.name}")
        for prop in tag.props:
            name = prop.name.lower()
            if not _ATTRIBUTE.fullmatch(name) or name.startswith(_UNSAFE_ATTRIBUTES):
                self.notices.warn(prop.line, f"the attribute '{name}' cannot have an expression")
                continue
            try:
                value = raw_value(prop, scope)
            except (ExpressionError, QueryError) as error:
                self.notices.error(prop.line, f"{name}=: {error}")
                continue
            shown = "" if value is None else _shown(value)
            document.text(f' {name}="')
            document.value(safe_url(shown) if name in _URL_ATTRIBUTES else shown)
            document.text('"')
        document.text("/>" if tag.closed else ">")


def _failing(code: nodes.Code | None, scope: Scope) -> Leaf:
    """An expression that fails is shown in place, where it fails again, with its message."""
    return (nodes.Output(code) if code else nodes.Text("", 0)), scope


def _run(leaves: Sequence[Leaf], position: int) -> tuple[list[Leaf], int]:
    """The tiles that follow each other with nothing but space between them."""
    first = leaves[position][0]
    run: list[Leaf] = []
    end = position
    for index in range(position, len(leaves)):
        node = leaves[index][0]
        if isinstance(node, nodes.Component) and isinstance(first, nodes.Component):
            if node.name != first.name:
                break
            run.append(leaves[index])
            end = index + 1
        elif not (isinstance(node, nodes.Text) and not node.text.strip()):
            break
    return run, end


def _shown(value: object) -> str:
    """A value in running text, as the original prints it: no grouping, no rounding."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value) if isinstance(value, int) else default_text(value)
