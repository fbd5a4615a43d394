"""What an input offers, what is chosen, and what pages and queries get of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reports.builder.data.sources import RawSql
from reports.builder.expressions.functions import text_of


class Picked(Mapping[str, object]):
    """What a list or a date range stands for: `.value` and `.label`, or `.start` and `.end`."""

    def __init__(self, **parts: object) -> None:
        self._parts = parts

    def __getitem__(self, key: str) -> object:
        return self._parts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __str__(self) -> str:
        """The name of an input alone stands for its value."""
        return text_of(self._parts.get("value", self._parts.get("start")))


class Whatever(Mapping[str, object]):
    """What a map offers as an input while nothing is chosen: `true` under every name."""

    def __getitem__(self, key: str) -> object:
        return RawSql("true")

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __str__(self) -> str:
        return "true"


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen.

    Attributes:
        key: Tells it from the others of its input, and names its variant of the page.
        value: What pages and queries get.
        label: What people read.
    """

    key: str
    value: object
    label: str


@dataclass(frozen=True)
class Input:
    """An input of a page.

    Attributes:
        name: Pages write `inputs.name`.
        title: What people read beside it.
        control: How it is shown: `list`, `buttons`, `box`, or `text`, which filters tables and has
            no states; None cannot be changed.
        choices: What can be chosen, if there are few; empty if there is no end of them.
        chosen: The keys of what is chosen.
        value: What `inputs.name` stands for.
        shown: What is chosen, for people.
        line: Where it stands in the page.
    """

    name: str
    title: str
    control: str | None
    choices: tuple[Choice, ...]
    chosen: tuple[str, ...]
    value: object
    shown: str
    line: int = 0

    @property
    def switchable(self) -> bool:
        """Whether every state can be built beforehand: one choice out of several."""
        return self.control is not None and len(self.choices) > 1 and len(self.chosen) == 1
