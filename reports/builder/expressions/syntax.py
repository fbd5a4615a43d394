"""The tree of an expression."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Literal:
    """A number, text, boolean or null."""

    value: object


@dataclass(frozen=True)
class Name:
    """A query, a loop variable, a front matter field or a function."""

    name: str


@dataclass(frozen=True)
class Member:
    """`object.key`, `object?.key` or `object[key]`."""

    target: Node
    key: Node


@dataclass(frozen=True)
class Call:
    """`function(arguments)`; the function is a Name or a Member."""

    function: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Unary:
    """`!x`, `-x` or `+x`."""

    operator: str
    operand: Node


@dataclass(frozen=True)
class Binary:
    """Arithmetic, comparison, `&&`, `||` and `??`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Ternary:
    """`condition ? yes : no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True)
class Array:
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Object:
    """`{key: value}`."""

    items: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Template:
    """A template string: texts and expressions in turn."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Arrow:
    """`(a, b) => value`; a parameter in braces takes fields out of its argument."""

    parameters: tuple[tuple[str, ...] | str, ...]
    body: Node


@dataclass(frozen=True)
class Spread:
    """`...items`, in a list, an object or a call."""

    items: Node


Node = (
    Literal
    | Name
    | Member
    | Call
    | Unary
    | Binary
    | Ternary
    | Array
    | Object
    | Template
    | Arrow
    | Spread
)
