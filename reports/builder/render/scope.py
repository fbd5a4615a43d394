"""What the names in a page stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jinja2
import jinja2.meta
from jinja2.sandbox import SandboxedEnvironment

from reports.builder.data.metrics import metric_function
from reports.builder.data.result import QueryResult
from reports.builder.data.store import QueryStore
from reports.builder.expressions.evaluate import evaluate
from reports.builder.expressions.functions import FUNCTIONS
from reports.builder.expressions.lexer import ExpressionError
from reports.builder.expressions.parser import parse_expression
from reports.builder.formats import Formatter
from reports.builder.notices import did_you_mean
from reports.builder.page.nodes import Code


@dataclass(frozen=True)
class Scope:
    """Names to values: loop variables first, then front matter, queries and functions.

    Attributes:
        store: The queries of the page.
        formatter: What `fmt` uses.
        names: Front matter, loop variables and constants.
    """

    store: QueryStore
    formatter: Formatter
    names: Mapping[str, object]

    def extended(self, **names: object) -> Scope:
        """This scope with more names."""
        return Scope(self.store, self.formatter, {**self.names, **names})

    def lookup(self, name: str) -> object:
        """The value of a name.

        Raises:
            ExpressionError: If nothing has that name.
            QueryError: If it is a query that failed.
        """
        if name in self.names:
            return self.names[name]
        if name in self.store:
            return self.store.get(name)
        if name == "fmt":
            return self._format
        if name == "metric":
            return metric_function(self.store, self.formatter)
        if name in FUNCTIONS:
            return FUNCTIONS[name]
        known = [*self.names, *self.store.declared, *FUNCTIONS, "fmt", "metric"]
        raise ExpressionError(f"there is no '{name}' in this page{did_you_mean(name, known)}")

    def value(self, code: Code) -> object:
        """The value of an expression.

        Raises:
            ExpressionError: If it cannot be read or evaluated.
            QueryError: If it uses a query that failed.
        """
        if code.language == "jinja":
            return self._jinja(code.text)
        return evaluate(parse_expression(code.text), self.lookup)

    def _format(self, value: object, wanted: str = "auto") -> str:
        return self.formatter.resolve(wanted, values=[value]).text(value)

    def _jinja(self, text: str) -> object:
        environment = _environment()
        environment.filters["fmt"] = self._format
        try:
            tree = environment.parse("{{ " + text + " }}")
            wanted = jinja2.meta.find_undeclared_variables(tree)
            names = {name: _open(self.lookup(name)) for name in wanted}
            return environment.compile_expression(text, undefined_to_none=True)(**names)
        except (jinja2.TemplateError, TypeError, ValueError, OverflowError) as error:
            raise ExpressionError(f"{{{{ {text} }}}}: {error}") from error


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(autoescape=True)
    environment.globals.clear()
    return environment


def _open(value: object) -> object:
    """A result as the list of its rows, which is what Jinja's loops and indexes expect."""
    return list(value.rows) if isinstance(value, QueryResult) else value


def parts_of(pattern: str, value: object) -> dict[str, object]:
    """The names of a loop with their values: `row`, or parts of it as `[key, value]`, `{a, b: c}`.

    Args:
        pattern: What stands after `as`.
        value: The item of the list; parts that it does not have are null.
    """
    names = [name.strip() for name in pattern.strip("[]{}").split(",") if name.strip()]
    if pattern.startswith("["):
        items = list(value) if isinstance(value, list | tuple) else []
        return dict(zip(names, [*items, *[None] * len(names)], strict=False))
    if pattern.startswith("{"):
        pairs = [name.partition(":") for name in names]
        fields = value if isinstance(value, Mapping) else {}
        return {(new or key).strip(): fields.get(key.strip()) for key, _, new in pairs}
    return {pattern: value}
