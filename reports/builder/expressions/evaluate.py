"""The value of an expression in a scope."""

from __future__ import annotations

import math
import operator as operators
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from reports.builder.expressions.functions import method, text_of
from reports.builder.expressions.lexer import ExpressionError
from reports.builder.expressions.syntax import (
    Array,
    Binary,
    Call,
    Literal,
    Member,
    Name,
    Node,
    Object,
    Template,
    Ternary,
    Unary,
)

Lookup = Callable[[str], object]
_MAX_TEXT = 100_000
_EQUALITIES = {"==": True, "===": True, "!=": False, "!==": False}
_ORDERS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}
_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.truediv,
    "%": math.fmod,
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
            return [evaluate(item, lookup) for item in items]
        case Object(pairs):
            return {key: evaluate(value, lookup) for key, value in pairs}
        case Template(parts):
            return "".join(text_of(evaluate(part, lookup)) for part in parts)


def truthy(value: object) -> bool:
    """JavaScript's truth: 0, empty text, null and NaN are false, lists and rows are true."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return False
    if isinstance(value, bool | int | float | str):
        return bool(value)
    return True


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
    arguments = [evaluate(argument, lookup) for argument in node.arguments]
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
    except (TypeError, ValueError, OverflowError) as error:
        raise ExpressionError(f"{name}(...) cannot take these arguments: {error}") from error


def _unary(operator: str, value: object) -> object:
    if operator == "!":
        return not truthy(value)
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
        return (_comparable(left) == _comparable(right)) == _EQUALITIES[node.operator]
    if node.operator in _ORDERS:
        return _compare(_ORDERS[node.operator], left, right)
    return _arithmetic(node.operator, left, right)


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
    except (ZeroDivisionError, OverflowError, ValueError):
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
