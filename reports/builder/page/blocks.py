"""Reading what stands in braces: `{#if}`, `{#each}`, `{@partial}`, and Jinja's spelling of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from reports.builder.notices import PageSyntaxError
from reports.builder.page.nodes import Code, Const, Node, Output, Partial

MarkKind = Literal["if", "each", "else", "endif", "endeach", "close"]

_EACH = re.compile(
    r"(?P<items>.+?)\s+as\s+(?P<item>\w+|\[[\w\s,]+\]|\{[\w\s,:]+\})\s*(?:,\s*(?P<index>\w+)\s*)?(?:\(.*\))?",
    re.DOTALL,
)
_FOR = re.compile(r"(?P<item>\w+)\s+in\s+(?P<items>.+)", re.DOTALL)
_CONST = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.+)", re.DOTALL)
_PARTIAL = re.compile(r"""["'`]?([\w./-]+)["'`]?""")


@dataclass(frozen=True)
class Mark:
    """The start, middle or end of a block.

    Attributes:
        kind: What it does.
        code: The condition or the list, if it has one.
        item: The loop variable, or the names of its parts as `[a, b]` or `{a, b: c}`; the
            component's name for `close`.
        index: The loop's counter, if named.
        line: Where it stands.
    """

    kind: MarkKind
    code: Code | None
    item: str
    index: str | None
    line: int

    def __str__(self) -> str:
        names = {"else": "{:else}", "endif": "{/if}", "endeach": "{/each}"}
        return names.get(self.kind, f"</{self.item}>")


def read_brace(inner: str, line: int) -> Node | Mark | None:
    """What `{inner}` means; None for a comment.

    Raises:
        PageSyntaxError: For a block that does not exist or is not complete.
    """
    text = inner.strip()
    if not text or text.startswith("/*"):
        return None
    sign, word, rest = text[:1], *_split(text[1:])
    if sign in ("#", ":", "/"):
        return _block(sign, word, rest, line)
    if sign == "@":
        return _directive(word, rest, line)
    return Output(Code(text, "expression", line))


def read_jinja(inner: str, line: int) -> Node | Mark:  # noqa: PLR0911  one case for each word
    """What `{% inner %}` means.

    Raises:
        PageSyntaxError: For a statement that pages do not have.
    """
    word, rest = _split(inner.strip().strip("-").strip())
    code = Code(rest, "jinja", line)
    match word:
        case "if":
            return Mark("if", code, "", None, line)
        case "elif":
            return Mark("else", code, "", None, line)
        case "else":
            return Mark("else", None, "", None, line)
        case "endif":
            return Mark("endif", None, "", None, line)
        case "endfor":
            return Mark("endeach", None, "", None, line)
        case "for" if match := _FOR.fullmatch(rest):
            return Mark("each", Code(match["items"], "jinja", line), match["item"], None, line)
        case "set" if match := _CONST.fullmatch(rest):
            return Const(match["name"], Code(match["value"], "jinja", line))
    raise PageSyntaxError(f"{{% {word} %}} is not a statement of the page language", line)


def _split(text: str) -> tuple[str, str]:
    word, *rest = text.split(None, 1) or [""]
    return word, rest[0].strip() if rest else ""


def _block(sign: str, word: str, rest: str, line: int) -> Mark:
    code = Code(rest, "expression", line)
    match sign, word:
        case "#", "if" if rest:
            return Mark("if", code, "", None, line)
        case "#", "each" if match := _EACH.fullmatch(rest):
            items = Code(match["items"], "expression", line)
            return Mark("each", items, match["item"], match["index"], line)
        case ":", "else" if rest.startswith("if "):
            return Mark("else", Code(rest[3:].strip(), "expression", line), "", None, line)
        case ":", "else" if not rest:
            return Mark("else", None, "", None, line)
        case "/", "if":
            return Mark("endif", None, "", None, line)
        case "/", "each":
            return Mark("endeach", None, "", None, line)
    raise PageSyntaxError(f"cannot read the block {{{sign}{word} {rest}".rstrip() + "}", line)


def _directive(word: str, rest: str, line: int) -> Node:
    if word == "partial" and (match := _PARTIAL.fullmatch(rest)):
        return Partial(match[1], line)
    if word == "const" and (match := _CONST.fullmatch(rest)):
        return Const(match["name"], Code(match["value"], "expression", line))
    if word == "html":  # printed as text: nothing from data is ever taken as HTML
        return Output(Code(rest, "expression", line))
    raise PageSyntaxError(f"cannot read {{@{word} {rest}}}", line)
