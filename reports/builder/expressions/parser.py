"""Reading an expression into its tree: a precedence-climbing parser."""

from __future__ import annotations

from contextlib import suppress

from reports.builder.expressions.lexer import (
    ExpressionError,
    Token,
    template_end,
    tokenize,
    unescape,
)
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

_PRECEDENCE = {
    **dict.fromkeys(("??", "||"), 1),
    "&&": 2,
    **dict.fromkeys(("==", "===", "!=", "!=="), 3),
    **dict.fromkeys(("<", ">", "<=", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
    "**": 7,
}
_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}
_MAX_DEPTH = 60


def parse_expression(source: str) -> Node:
    """The tree of an expression.

    Raises:
        ExpressionError: If it is not one expression of the language.
    """
    parser = _Parser(source)
    tree = parser.expression()
    parser.expect_end()
    return tree


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokenize(source)
        self._at = 0
        self._depth = 0

    def expression(self) -> Node:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ExpressionError("the expression is nested too deeply")
        arrow = self._arrow()
        condition = arrow or self._binary(1)
        if self._accept("?"):
            yes = self.expression()
            self._expect(":")
            condition = Ternary(condition, yes, self.expression())
        self._depth -= 1
        return condition

    def expect_end(self) -> None:
        if self._current.kind != "end":
            self._fail()

    def _binary(self, lowest: int) -> Node:
        left = self._unary()
        while self._current.kind == "operator":
            operator = self._current.value
            precedence = _PRECEDENCE.get(operator, 0)
            if precedence < lowest:
                break
            self._at += 1
            left = Binary(operator, left, self._binary(precedence + (operator != "**")))
        return left

    def _unary(self) -> Node:
        for operator in ("!", "-", "+"):
            if self._accept(operator):
                return Unary(operator, self._unary())
        if self._current == Token("name", "typeof"):
            self._at += 1
            return Unary("typeof", self._unary())
        if self._current == Token("name", "new"):  # a date is made as by a function
            self._at += 1
        return self._postfix(self._primary())

    def _arrow(self) -> Node | None:
        """A function, if one begins here."""
        start = self._at
        parameters = self._parameters()
        if parameters is None or not self._accept("=>"):
            self._at = start
            return None
        if not self._accept("{"):
            return Arrow(parameters, self.expression())
        if self._next() != Token("name", "return"):
            self._fail(wanted="return")
        body = self.expression()
        self._accept(";")
        self._expect("}")
        return Arrow(parameters, body)

    def _parameters(self) -> tuple[tuple[str, ...] | str, ...] | None:
        if self._current.kind == "name":
            return (self._next().value,)
        if not self._accept("("):
            return None
        found: list[tuple[str, ...] | str] = []
        while not self._accept(")"):
            one = self._parameter()
            if one is None or not (self._accept(",") or self._current.value == ")"):
                return None
            found.append(one)
        return tuple(found)

    def _parameter(self) -> tuple[str, ...] | str | None:
        if self._current.kind == "name":
            return self._next().value
        if not self._accept("{"):
            return None
        names: list[str] = []
        while not self._accept("}"):
            token = self._next()
            if token.kind != "name":
                return None
            names.append(token.value)
            self._accept(",")
        return tuple(names)

    def _postfix(self, node: Node) -> Node:
        while True:
            if self._accept(".") or self._accept("?."):
                node = Call(node, self._list(")")) if self._accept("(") else self._member(node)
            elif self._accept("["):
                node = Member(node, self.expression())
                self._expect("]")
            elif self._accept("("):
                node = Call(node, self._list(")"))
            else:
                return node

    def _member(self, node: Node) -> Node:
        if self._accept("["):  # the form a?.[0]
            key = self.expression()
            self._expect("]")
            return Member(node, key)
        token = self._next()
        if token.kind != "name":
            self._fail(token)
        return Member(node, Literal(token.value))

    def _primary(self) -> Node:
        token = self._next()
        match token.kind:
            case "number":
                return Literal(_number(token.value))
            case "text":
                return Literal(token.value)
            case "template":
                return _template(token.value)
            case "name":
                if token.value in _CONSTANTS:
                    return Literal(_CONSTANTS[token.value])
                return Name(token.value)
        return self._bracketed(token)

    def _bracketed(self, token: Token) -> Node:
        match token.value:
            case "(":
                node = self.expression()
                self._expect(")")
                return node
            case "[":
                return Array(self._list("]"))
            case "{":
                return self._object()
        return self._fail(token)

    def _list(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._accept(closing):
            items.append(self._item())
            if not self._accept(","):
                self._expect(closing)
                break
        return tuple(items)

    def _item(self) -> Node:
        return Spread(self.expression()) if self._accept("...") else self.expression()

    def _object(self) -> Node:
        items: list[tuple[str, Node]] = []
        while not self._accept("}"):
            items.append(self._field())
            if not self._accept(","):
                self._expect("}")
                break
        return Object(tuple(items))

    def _field(self) -> tuple[str, Node]:
        if self._accept("..."):
            return "", Spread(self.expression())
        key = self._next()
        if key.kind not in ("name", "text", "number"):
            self._fail(key)
        if key.kind == "name" and self._current.value in (",", "}"):
            return key.value, Name(key.value)
        self._expect(":")
        return key.value, self.expression()

    @property
    def _current(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._current
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _accept(self, operator: str) -> bool:
        if self._current == Token("operator", operator):
            self._at += 1
            return True
        return False

    def _expect(self, operator: str) -> None:
        if not self._accept(operator):
            self._fail(wanted=operator)

    def _fail(self, token: Token | None = None, wanted: str = "") -> Node:
        found = (token or self._current).value or "the end"
        hint = f", expected '{wanted}'" if wanted else ""
        raise ExpressionError(f"unexpected '{found}' in {{{self._source.strip()}}}{hint}")


def _number(text: str) -> int | float:
    digits = text.replace("_", "")
    return int(digits) if digits.isdigit() else float(digits)


def _template(source: str) -> Node:
    parts: list[Node] = []
    rest = source
    while "${" in rest:
        before, _, after = rest.partition("${")
        end = closing_brace(after, 0)
        if end < 0:
            raise ExpressionError(f"'${{' without '}}' in `{source}`")
        parts += [Literal(unescape(before)), parse_expression(after[:end])]
        rest = after[end + 1 :]
    parts.append(Literal(unescape(rest)))
    return Template(tuple(parts))


def closing_brace(text: str, start: int) -> int:
    """Where the brace open before `start` closes, past strings and nested braces; else -1."""
    depth = 0
    position = start
    while position < len(text):
        character = text[position]
        if character == "`":
            with suppress(ExpressionError):
                position = template_end(text, position + 1)
        elif character in "\"'":
            position = _skip_string(text, position)
        elif character == "{":
            depth += 1
        elif character == "}":
            if depth == 0:
                return position
            depth -= 1
        position += 1
    return -1


def _skip_string(text: str, start: int) -> int:
    """The position of the closing quote, or `start` itself when there is none (an apostrophe)."""
    quote = text[start]
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == quote:
            return position
        elif text[position] == "\n":
            return start
        position += 1
    return start
