"""Inputs without a server: every state of a page is built, and what differs is put into it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from markupsafe import Markup

from reports.builder.inputs.model import Input

MOST_STATES = 24
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_CONTROL = re.compile(
    r'<(p|fieldset) class="input[^>]*>(?:(?!</\1>).)*?data-input=.*?</\1>', re.DOTALL
)
State = dict[str, str]


def switched(inputs: Sequence[Input]) -> list[Input]:
    """The inputs that readers can switch, the first ones while there are not too many states."""
    found: list[Input] = []
    states = 1
    for each in inputs:
        if each.switchable and states * len(each.choices) <= MOST_STATES:
            found.append(each)
            states *= len(each.choices)
    return found


def all_states(inputs: Sequence[Input]) -> list[State]:
    """Every combination of choices, as the key of the choice by the name of the input."""
    names = [each.name for each in inputs]
    keys = [[choice.key for choice in each.choices] for each in inputs]
    return [dict(zip(names, chosen, strict=True)) for chosen in itertools.product(*keys)]


def default_state(inputs: Sequence[Input]) -> State:
    """What is chosen when the page opens."""
    return {each.name: each.chosen[0] for each in inputs}


def merged(default: State, pages: Sequence[tuple[State, str]]) -> Markup:
    """One page that holds all states, showing the default one.

    Blocks that are the same in every state stand once. Where they differ, a `<template>` before the
    block holds the others, which the script puts in its place; readers without a script see the
    default.

    Args:
        default: The state to show.
        pages: The HTML of every state.
    """
    shown = next(html for state, html in pages if state == default)
    split = [(state, _blocks(_with_controls(html, shown))) for state, html in pages]
    return Markup("").join(
        Markup(blocks[0])  # noqa: S704  as the renderer made it
        if len(set(blocks)) == 1
        else _switch([state for state, _ in split], blocks, default)
        for blocks in _aligned([blocks for _, blocks in split])
    )


def _with_controls(html: str, shown: str) -> str:
    """A page with the controls of another: they are moved by readers, never replaced."""
    controls = [match.group() for match in _CONTROL.finditer(shown)]
    if len(_CONTROL.findall(html)) != len(controls):
        return html
    following = iter(controls)
    return _CONTROL.sub(lambda _: next(following), html)


def _switch(states: Sequence[State], blocks: Sequence[str], default: State) -> Markup:
    keys: dict[str, list[str]] = {}
    for state, block in zip(states, blocks, strict=True):
        keys.setdefault(block, []).append(_token(state))
    shown = blocks[states.index(default)]
    inner = Markup("").join(
        Markup('<template data-for="{}"{}>{}</template>').format(
            " ".join(tokens),
            Markup(" data-shown") if block == shown else "",
            Markup("" if block == shown else block),  # noqa: S704  as the renderer made it
        )
        for block, tokens in keys.items()
    )
    return Markup('<template class="states">{}</template>{}<template></template>\n').format(
        inner,
        Markup(shown),  # noqa: S704  as the renderer made it
    )


def _token(state: State) -> str:
    """A state as one word, choices in the order of the names."""
    return ".".join(state[name] for name in sorted(state))


def _aligned(pages: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """The blocks that belong together: what pages begin and end with, and the rest."""
    shortest = min(map(len, pages))
    if len({len(page) for page in pages}) == 1:
        yield from zip(*pages, strict=True)
        return
    head = _same(pages, shortest)
    tail = _same([page[::-1] for page in pages], shortest - head)
    for index in range(head):
        yield (pages[0][index],) * len(pages)
    yield tuple("".join(page[head : len(page) - tail]) for page in pages)
    for index in range(-tail, 0):
        yield (pages[0][index],) * len(pages)


def _same(pages: Sequence[Sequence[str]], most: int) -> int:
    """How many blocks all pages begin with."""
    return next((i for i in range(most) if len({page[i] for page in pages}) > 1), most)


class _Splitter(HTMLParser):
    """Finds where the elements at the top begin."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self._depth = 0
        self._lines = [0, *itertools.accumulate(len(line) + 1 for line in html.split("\n"))]
        self.starts: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if self._depth == 0:
            line, column = self.getpos()
            self.starts.append(self._lines[line - 1] + column)
        self._depth += tag not in _VOID

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._depth -= tag not in _VOID

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag not in _VOID


def _blocks(html: str) -> list[str]:
    """The elements at the top, each with the text up to the next."""
    splitter = _Splitter(html)
    splitter.feed(html)
    splitter.close()
    starts = sorted({0, *splitter.starts, len(html)})
    return [html[start:end] for start, end in itertools.pairwise(starts)]
