"""Cutting an expression into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "text", "template", "name", "operator", "end"]

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[A-Za-z_$][\w$]*)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<template>`)
      | (?P<operator>===|!==|\*\*|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\.\.\.|=>|[-+*/%<>!?:;.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class ExpressionError(Exception):
    """An expression that cannot be read or evaluated; the message is for the page's author."""


@dataclass(frozen=True)
class Token:
    """One token; `value` is the unquoted text for strings."""

    kind: Kind
    value: str


def tokenize(source: str) -> list[Token]:
    """The tokens of an expression, closed by an `end` token.

    Raises:
        ExpressionError: At a character that starts no token.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise ExpressionError(f"unexpected {source[position]!r} in {{{source.strip()}}}")
        position = match.end()
        if match.lastgroup == "template":
            end = template_end(source, position)
            tokens.append(Token("template", source[position:end]))
            position = end + 1
        elif match.lastgroup != "space":
            tokens.append(_token(match))
    tokens.append(Token("end", ""))
    return tokens


def template_end(source: str, start: int) -> int:
    """Where the template string that began before `start` ends, past those in its `${...}`."""
    position, depth = start, 0
    while position < len(source):
        character = source[position]
        if character == "\\":
            position += 1
        elif source.startswith("${", position) and depth == 0:
            depth, position = 1, position + 1
        elif depth and character in "'\"":
            position = max(position, source.find(character, position + 1))
        elif depth and character in "{}":
            depth += 1 if character == "{" else -1
        elif depth and character == "`":
            position = template_end(source, position + 1)
        elif character == "`":
            return position
        position += 1
    raise ExpressionError(f"a template string is not closed in {{{source.strip()}}}")


def unescape(text: str) -> str:
    """A string literal's text with its backslash escapes resolved."""

    def replace(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPES.get(code, code)

    return _ESCAPE.sub(replace, text)


def _token(match: re.Match[str]) -> Token:
    text = match.group()
    match match.lastgroup:
        case "text":
            return Token("text", unescape(text[1:-1]))
        case "number":
            return Token("number", text)
        case "name":
            return Token("name", text)
        case _:
            return Token("operator", text)
