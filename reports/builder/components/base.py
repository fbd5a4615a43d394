"""What a component is, and what it gets when a page uses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup

from reports.builder.data.result import QueryResult
from reports.builder.formats import Format

if TYPE_CHECKING:
    from reports.builder.inputs.model import Input
    from reports.builder.page import nodes
    from reports.builder.render.page import PageRenderer
    from reports.builder.render.scope import Scope

PropKind = Literal[
    "text", "number", "flag", "data", "column", "columns", "format", "any", "ignored", "unsupported"
]


class ComponentError(Exception):
    """A component that cannot be shown; the message is for the page's author."""


@dataclass(frozen=True)
class Prop:
    """A prop that a component takes.

    Attributes:
        name: As pages write it.
        kind: What it is converted to; `column` must exist in the component's data, `ignored`
            is what pages of the original may say and has no meaning here, and `unsupported`
            likewise, though the page will look different, which is worth a warning.
        default: When the page does not give it.
        choices: The only values allowed, if there are few.
        required: Whether the component cannot do without.
    """

    name: str
    kind: PropKind = "text"
    default: object = None
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Component:
    """A component of the page language.

    Attributes:
        name: The tag.
        props: What it takes.
        render: Makes its HTML; None for parts that only configure the component around them.
        block: Whether it stands on its own, rather than in a line of text.
        parts: The tags inside it that configure it.
        run: The class of the element that holds several of them in a row.
        read_input: For inputs: what they offer, and what is chosen; None for everything else.
    """

    name: str
    props: tuple[Prop, ...]
    render: Callable[[Use], Markup] | None
    block: bool = True
    parts: tuple[str, ...] = ()
    run: str | None = None
    read_input: Callable[[Use, object], Input] | None = None

    def prop(self, name: str) -> Prop | None:
        """The prop of that name."""
        return next((prop for prop in self.props if prop.name == name), None)


@dataclass(frozen=True)
class Use:
    """One use of a component in a page.

    Attributes:
        component: Which one.
        values: The props, converted, defaults included.
        node: The tag.
        scope: What names mean there.
        page: The page that is being rendered.
        table: The data of the component around it, for parts.
    """

    component: Component
    values: dict[str, object]
    node: nodes.Component
    scope: Scope
    page: PageRenderer
    table: QueryResult | None = None

    def text(self, name: str) -> str | None:
        """A prop as text, None if it is not given."""
        value = self.values[name]
        return None if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A prop that is true or false."""
        return bool(self.values[name])

    def number(self, name: str) -> float | None:
        """A prop as a number, None if it is not given."""
        value = self.values[name]
        return float(value) if isinstance(value, int | float) else None

    def columns(self, name: str) -> list[str]:
        """A prop that names one or several columns."""
        value = self.values[name]
        return [str(item) for item in value] if isinstance(value, list) else []

    @property
    def data(self) -> QueryResult:
        """The rows the component shows.

        Raises:
            ComponentError: If the page names none.
        """
        value = self.values.get("data")
        if value is None:
            value = self.table
        if not isinstance(value, QueryResult):
            raise ComponentError(f"<{self.component.name}> needs data={{query}}")
        return value

    def children(self) -> Markup:
        """What stands between the tags, without the parts."""
        return self.page.render_children(self.node, self.scope, self.component.parts)

    def parts(self, name: str) -> list[Use]:
        """The parts of one kind, in order."""
        return self.page.parts(self.node, self.scope, name, self.values.get("data"))

    def format(self, wanted: str | None, column: str, values: Sequence[object] = ()) -> Format:
        """The format of a column of the data."""
        info = self.data.column(column)
        kind = info.kind if info else "number"
        return self.page.formatter.resolve(wanted, column, kind, values or self.data.values(column))

    def template(self, name: str, **values: object) -> Markup:
        """HTML from a template of the theme."""
        return self.page.templates.render(name, **values)

    def image(self, path: str, alternative: str) -> Markup:
        """An image of the static files, as large as the props `width` and `height` say."""
        size = Markup("").join(
            Markup(' {}="{}"').format(name, round(value))
            for name in ("width", "height")
            if (value := self.number(name))
        )
        source = self.page.images.data_uri(path, self.node.line)
        return Markup('<img src="{}" alt="{}"{}>').format(source, alternative, size)

    def warn(self, message: str) -> None:
        """Note something odd about this use."""
        self.page.notices.warn(self.node.line, f"<{self.component.name}> {message}")
