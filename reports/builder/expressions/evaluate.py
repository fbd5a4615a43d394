"""The value of an expression in a scope."""

from __future__ import annotations

import math
import operator as operators
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from reports.builder.expressions.functions import method
from reports.builder.expressions.lexer import ExpressionError
from reports.builder.expressions.syntax import (
    Array,
    Arrow,
    Binary,
    Call,
    Literal,
    Member,
    Name,
    Node,
    Object,
    Spread,
    Template,
    Ternary,
    Unary,
)
from reports.builder.expressions.values import text_of, truthy, type_of

__all__ = ["evaluate", "member", "truthy"]
Lookup = Callable[[str], object]
_MAX_TEXT = 100_000
_MAX_CALLS = 200_000
_EQUALITIES = {"==": True, "===": True, "!=": False, "!==": False}
_ORDERS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}


def _power(base: float, exponent: float) -> float:
    """A power as a float, which overflows instead of growing without end."""
    return math.pow(base, exponent)


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.truediv,
    "%": math.fmod,
    "**": _power,
}


def evaluate(node: Node, lookup: Lookup) -> object:  # noqa: C901, PLR0911  one case for each node
    """The value of a tree; what does not exist is None, as in a chain of `?.`.

    Args:
        node: The tree from `parse_expression`.
        lookup: Gives the value of a name, raising ExpressionError for an unknown one.

    Raises:
        ExpressionError: For an unknown name, function or column, or operands that do not fit.
    """
    match node:
        case Literal(value):
            return value
        case Name(name):
            return lookup(name)
        case Member(target, key):
            return member(evaluate(target, lookup), evaluate(key, lookup))
        case Call():
            return _call(node, lookup)
        case Unary(operator, operand):
            return _unary(operator, evaluate(operand, lookup))
        case Binary():
            return _binary(node, lookup)
        case Ternary(condition, yes, no):
            return evaluate(yes if truthy(evaluate(condition, lookup)) else no, lookup)
        case Array(items):
            return _values(items, lookup)
        case Object(pairs):
            return _object(pairs, lookup)
        case Arrow():
            return _function(node, lookup)
        case Spread():
            raise ExpressionError("'...' stands in a list, an object or a call")
        case Template(parts):
            return "".join(text_of(evaluate(part, lookup)) for part in parts)


class _Local:
    """The names of a function's parameters before those around it.

    Attributes:
        budget: How many more calls the expression may make, in a list to be shared.
    """

    def __init__(self, names: Mapping[str, object], outer: Lookup, budget: list[int]) -> None:
        self._names = names
        self._outer = outer
        self.budget = budget

    def __call__(self, name: str) -> object:
        return self._names[name] if name in self._names else self._outer(name)


def _function(node: Arrow, lookup: Lookup) -> Callable[..., object]:
    budget = lookup.budget if isinstance(lookup, _Local) else [_MAX_CALLS]

    def call(*arguments: object) -> object:
        budget[0] -= 1
        if budget[0] < 0:
            raise ExpressionError(f"the expression makes more than {_MAX_CALLS:,} calls")
        names: dict[str, object] = {}
        for place, parameter in enumerate(node.parameters):
            value = arguments[place] if place < len(arguments) else None
            if isinstance(parameter, str):
                names[parameter] = value
            else:
                names |= {name: member(value, name) for name in parameter}
        return evaluate(node.body, _Local(names, lookup, budget))

    return call


def _values(items: Sequence[Node], lookup: Lookup) -> list[object]:
    """The values of a list's or a call's items, spread ones opened."""
    found: list[object] = []
    for item in items:
        if isinstance(item, Spread):
            inner = evaluate(item.items, lookup)
            found += inner if isinstance(inner, Sequence) and not isinstance(inner, str) else []
        else:
            found.append(evaluate(item, lookup))
    return found


def _object(pairs: Sequence[tuple[str, Node]], lookup: Lookup) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if isinstance(value, Spread):
            inner = evaluate(value.items, lookup)
            found |= dict(inner) if isinstance(inner, Mapping) else {}
        else:
            found[key] = evaluate(value, lookup)
    return found


# Whether the left side already is the value.
_SHORTCUTS: Mapping[str, Callable[[object], bool]] = {
    "&&": lambda left: not truthy(left),
    "||": truthy,
    "??": lambda left: left is not None,
}


def member(target: object, key: object) -> object:
    """`target[key]`: a column of a row, an element of a list, or a length."""
    if target is None:
        return None
    if isinstance(target, Mapping):
        return target.get(key)
    if isinstance(target, Sequence):
        if key == "length":
            return len(target)
        if isinstance(key, int | float) and not isinstance(key, bool):
            return target[int(key)] if 0 <= int(key) < len(target) else None
        if not isinstance(target, str) and isinstance(key, str):
            # A query's name alone stands for its first row, as in {orders.total}.
            return member(target[0], key) if target and isinstance(target[0], Mapping) else None
    return None


def _call(node: Call, lookup: Lookup) -> object:
    arguments = _values(node.arguments, lookup)
    if isinstance(node.function, Member) and isinstance(node.function.key, Literal):
        target = evaluate(node.function.target, lookup)
        name = str(node.function.key.value)
        if isinstance(target, Mapping) and callable(target.get(name)):
            return _apply(target[name], name, arguments)
        return method(target, name, arguments)
    function = evaluate(node.function, lookup)
    name = node.function.name if isinstance(node.function, Name) else "this value"
    if not callable(function):
        raise ExpressionError(f"'{name}' is not a function")
    return _apply(function, name, arguments)


def _apply(function: Callable[..., object], name: str, arguments: list[object]) -> object:
    try:
        return function(*arguments)
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise ExpressionError(f"{name}(...) cannot take these arguments: {error}") from error


def _unary(operator: str, value: object) -> object:
    if operator == "!":
        return not truthy(value)
    if operator == "typeof":
        return type_of(value)
    number = _number(value)
    if number is None:
        return None
    return -number if operator == "-" else number


def _binary(node: Binary, lookup: Lookup) -> object:
    left = evaluate(node.left, lookup)
    if node.operator in _SHORTCUTS:
        return left if _SHORTCUTS[node.operator](left) else evaluate(node.right, lookup)
    right = evaluate(node.right, lookup)
    if node.operator in _EQUALITIES:
        return _equal(left, right, len(node.operator) < 3) == _EQUALITIES[node.operator]
    if node.operator in _ORDERS:
        return _compare(_ORDERS[node.operator], left, right)
    return _arithmetic(node.operator, left, right)


def _equal(left: object, right: object, loose: bool) -> bool:
    """Whether two values are the same; `==` also takes the text `5` for the number."""
    if loose and isinstance(left, str) != isinstance(right, str):
        first, second = _number(left), _number(right)
        if first is not None and second is not None:
            return first == second
    return bool(_comparable(left) == _comparable(right))


def _comparable(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _compare(holds: Callable[[int], bool], left: object, right: object) -> bool:
    first, second = _comparable(left), _comparable(right)
    if isinstance(first, str) and isinstance(second, str):
        return holds((first > second) - (first < second))
    one, two = _number(left), _number(right)
    return one is not None and two is not None and holds((one > two) - (one < two))


def _arithmetic(operator: str, left: object, right: object) -> object:
    if operator == "+" and (isinstance(left, str) or isinstance(right, str)):
        return (text_of(left) + text_of(right))[:_MAX_TEXT]
    first, second = _number(left), _number(right)
    if first is None or second is None:
        return None
    try:
        return _ARITHMETIC[operator](first, second)
    except (ZeroDivisionError, OverflowError, ValueError, TypeError):
        return None


def _number(value: object) -> int | float | None:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None
