"""All inputs of a page, each read when something first asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reports.builder.components.base import ComponentError, Use
from reports.builder.components.convert import convert_props
from reports.builder.components.registry import registered
from reports.builder.expressions.lexer import ExpressionError
from reports.builder.inputs.model import Input
from reports.builder.notices import did_you_mean
from reports.builder.page import nodes
from reports.builder.render.scope import Scope

if TYPE_CHECKING:
    from reports.builder.render.page import PageRenderer


class PageInputs(Mapping[str, object]):
    """`inputs` in the expressions of a page.

    Args:
        page: Renders the page.
        tree: The page's nodes.
        scope: What names mean in the page.
        chosen: Keys of choices by the input's name, for what is not at its default.
    """

    def __init__(
        self,
        page: PageRenderer,
        tree: Sequence[nodes.Node],
        scope: Scope,
        chosen: Mapping[str, object],
    ) -> None:
        self._page = page
        self._scope = scope.extended(inputs=self)
        self._chosen = chosen
        self._declared = dict(_declared(tree, page.partials))
        self._read: dict[str, Input] = {}
        self._reading: list[str] = []

    @property
    def scope(self) -> Scope:
        """The page's scope with the inputs in it."""
        return self._scope

    def all(self) -> tuple[Input, ...]:
        """Every input, in the order of the page; those that cannot be read are left out."""
        found: list[Input] = []
        for name in self._declared:
            try:
                found.append(self.input(name))
            except (ComponentError, ExpressionError):
                continue  # the component says so in its place
        return tuple(found)

    def input(self, name: str) -> Input:
        """One input.

        Raises:
            ComponentError: If it has no choices that could be read.
            ExpressionError: If an expression in it fails, or inputs depend on each other.
            QueryError: If its query failed.
        """
        if name not in self._read:
            if name in self._reading:
                raise ExpressionError(f"the inputs depend on each other: {name}")
            self._reading.append(name)
            try:
                self._read[name] = self._open(name, self._declared[name])
            finally:
                self._reading.pop()
        return self._read[name]

    def _open(self, name: str, node: nodes.Component) -> Input:
        component = registered()[node.name]
        if component.read_input is None:
            raise KeyError(name)
        values = convert_props(component, node.props, self._scope, self._page.notices)
        use = Use(component, values, node, self._scope, self._page)
        return component.read_input(use, self._chosen.get(name))

    def __getitem__(self, name: str) -> object:
        if name not in self._declared:
            near = did_you_mean(name, self._declared)
            self._page.notices.warn(0, f"there is no input '{name}' in this page{near}")
            raise KeyError(name)
        return self.input(name).value

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)


def _declared(
    tree: Sequence[nodes.Node], partials: Mapping[str, nodes.PageSource], depth: int = 0
) -> Iterator[tuple[str, nodes.Component]]:
    """The tags of inputs with their names, wherever they stand."""
    for node in tree:
        match node:
            case nodes.Component(name, props, children):
                component = registered().get(name)
                given = next((p.parts[0] for p in props if p.name == "name"), None)
                if component and component.read_input and isinstance(given, str):
                    yield given, node
                yield from _declared(children, partials, depth)
            case nodes.Each(children=children, otherwise=otherwise):
                yield from _declared([*children, *otherwise], partials, depth)
            case nodes.If(branches):
                for branch in branches:
                    yield from _declared(branch.children, partials, depth)
            case nodes.Partial(path) if path in partials and depth < len(partials):
                yield from _declared(partials[path].nodes, partials, depth + 1)
