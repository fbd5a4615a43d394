"""What the build has to say about a page: warnings, and errors that do not stop the other pages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Notice:
    """One remark about one place in a page.

    Attributes:
        severity: Errors make the build fail, warnings only with `--strict`.
        page: The file, relative to the reports folder.
        line: Where in that file, from 1; 0 when it is about the whole page.
        message: What is wrong and what to do, one sentence or more.
    """

    severity: Literal["warning", "error"]
    page: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.page}:{self.line}" if self.line else self.page
        return f"{self.severity}: {place}: {self.message}"


class PageSyntaxError(Exception):
    """A page that cannot be parsed, with the line that is to blame."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass
class Notices:
    """The notices of one page, in order and without repetition."""

    page: str
    found: list[Notice] = field(default_factory=list)

    def warn(self, line: int, message: str) -> None:
        """Note something that looks wrong but can be rendered."""
        self._add(Notice("warning", self.page, line, message))

    def error(self, line: int, message: str, file: str | None = None) -> None:
        """Note something that could not be rendered, in this page or in a file it uses."""
        self._add(Notice("error", file or self.page, line, message))

    def _add(self, notice: Notice) -> None:
        if notice not in self.found:
            self.found.append(notice)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` when a known name is near, else nothing."""
    by_folded = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), by_folded, n=1, cutoff=0.6)
    return f"; did you mean '{by_folded[near[0]]}'?" if near else ""
