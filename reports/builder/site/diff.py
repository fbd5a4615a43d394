"""The numbers that differ between two builds of a site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from patron.errors import UsageError
from reports.builder.site.reading import figures


@dataclass(frozen=True)
class Difference:
    """A number that is not the same in both builds.

    Attributes:
        page: The file in the site.
        place: What the number belongs to; empty where a whole page is only in one of them.
        before: As the first build shows it; None where it does not.
        after: As the second does.
    """

    page: str
    place: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if not self.place:
            return f"{self.page}: only in the {'second' if self.before is None else 'first'} build"
        return f"{self.page}: {self.place}: {self.before or 'nothing'} -> {self.after or 'nothing'}"


def differences(first: Path, second: Path) -> Iterator[Difference]:
    """What differs, page by page.

    Args:
        first: The folder of a site, or one page.
        second: Another.

    Raises:
        UsageError: If there are no pages in one of them.
    """
    before, after = _pages(first), _pages(second)
    for page in sorted({*before, *after}):
        if page not in before or page not in after:
            yield Difference(page, "", *(("", None) if page in before else (None, "")))
            continue
        one, other = _figures(before[page]), _figures(after[page])
        for place in dict.fromkeys([*one, *other]):
            if one.get(place) != other.get(place):
                yield Difference(page, place, one.get(place), other.get(place))


def _pages(place: Path) -> dict[str, Path]:
    if place.is_file():
        return {"": place}
    found = {file.relative_to(place).as_posix(): file for file in place.rglob("*.html")}
    if not found:
        raise UsageError(f"there are no pages in {place}", remedy="name folders of built sites")
    return found


def _figures(file: Path) -> dict[str, str]:
    return figures(file.read_text("utf-8", "replace"))
