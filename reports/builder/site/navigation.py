"""The tree of a site's pages: navigation, breadcrumbs and their order."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reports.builder.site.pages import Page, pretty

HOME = "index.html"
_LISTED_ROWS = 20
_LAST = 1e9


@dataclass
class Branch:
    """A folder of pages.

    Attributes:
        name: Its path in the site, empty for the root.
        page: Its `index` page, if there is one.
        pages: The other pages in it.
        folders: The folders in it.
    """

    name: str
    page: Page | None = None
    pages: list[Page] = field(default_factory=list)
    folders: dict[str, Branch] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What the navigation calls it."""
        return self.page.label if self.page else pretty(posixpath.basename(self.name))

    @property
    def position(self) -> float:
        """Where it stands: where its index page or the first of its pages would."""
        if self.page:
            return self.page.position
        inner = [page.position for page in self.pages]
        return min([*inner, *(each.position for each in self.folders.values())], default=_LAST)

    def entries(self) -> list[Page | Branch]:
        """Pages and folders in order; the rows of a file with parameters as the query has them."""
        found: list[Page | Branch] = [*self.pages, *self.folders.values()]
        return sorted(found, key=_order)

    def walk(self) -> Iterator[Page]:
        """All pages in the order of the navigation."""
        if self.page:
            yield self.page
        for entry in self.entries():
            if isinstance(entry, Branch):
                yield from entry.walk()
            else:
                yield entry


@dataclass(frozen=True)
class Item:
    """A line of the navigation.

    Attributes:
        label: What it says.
        href: Where it leads, relative to the page; None for a folder without a page.
        current: Whether it is the page itself.
        items: What is under it.
    """

    label: str
    href: str | None
    current: bool
    items: tuple[Item, ...] = ()


def tree(pages: Sequence[Page]) -> Branch:
    """The pages by folder."""
    root = Branch("")
    for page in pages:
        folder, name = posixpath.split(page.output)
        branch = root
        for part in folder.split("/") if folder else ():
            path = posixpath.join(branch.name, part)
            branch = branch.folders.setdefault(part, Branch(path))
        if name == HOME:
            branch.page = page
        else:
            branch.pages.append(page)
    return root


def navigation(root: Branch, page: Page, home: str) -> tuple[Item, ...]:
    """The navigation of a page: every page of a file of its own, and rows where there are few.

    Args:
        root: All pages.
        page: Where the reader is.
        home: What the first page is called.
    """
    first = [_item(root.page, page, label=home)] if root.page else []
    return (*first, *_items(root, page))


def breadcrumbs(root: Branch, page: Page, home: str) -> tuple[Item, ...]:
    """The folders above a page, the first page first; nothing on the first page."""
    if page.output == HOME:
        return ()
    found = [_item(root.page, page, label=home)] if root.page else []
    branch = root
    for part in posixpath.dirname(page.output).split("/"):
        if part in branch.folders:
            branch = branch.folders[part]
            if branch.page is not page:
                href = _href(branch.page, page) if branch.page else None
                found.append(Item(branch.label, href, current=False))
    return tuple(found)


def _items(branch: Branch, page: Page) -> Iterator[Item]:
    here = posixpath.dirname(page.output) == branch.name or page.output.startswith(
        f"{branch.name}/"
    )
    entries = [entry for entry in branch.entries() if _is_listed(entry)]
    rows = sum(1 for entry in entries if _is_row(entry))
    for entry in entries:
        current = page in entry.walk() if isinstance(entry, Branch) else entry is page
        if _is_row(entry) and not current and (not here or rows > _LISTED_ROWS):
            continue
        if isinstance(entry, Branch):
            inner = tuple(_items(entry, page))
            href = _href(entry.page, page) if entry.page else None
            if inner or href:
                yield Item(entry.label, href, entry.page is page, inner)
        else:
            yield _item(entry, page)


def _is_listed(entry: Page | Branch) -> bool:
    page = entry if isinstance(entry, Page) else entry.page
    return page is None or page.meta.get("sidebar_link") is not False


def _is_row(entry: Page | Branch) -> bool:
    page = entry if isinstance(entry, Page) else entry.page
    return page is not None and page.of_many


def _item(entry: Page, page: Page, label: str | None = None) -> Item:
    return Item(label or entry.label, _href(entry, page), entry is page)


def _href(entry: Page, page: Page) -> str:
    return posixpath.relpath(entry.output, posixpath.dirname(page.output) or ".")


def _order(entry: Page | Branch) -> tuple[float, bool, str]:
    """By position, then by name; the pages of one file keep the order of their rows."""
    many = _is_row(entry)
    return entry.position, many, "" if many else entry.label.casefold()
