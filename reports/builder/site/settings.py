"""Settings of a site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from patron.errors import PatronError, UsageError
from reports.builder.notices import did_you_mean


@dataclass(frozen=True)
class Audience:
    """Readers who get a part of the site.

    Attributes:
        name: What `--audience` calls them.
        pages: Patterns of the page files they get; all of them if there are none.
        values: What `${audience.x}` stands for in queries.
    """

    name: str = ""
    pages: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)

    def gets(self, page: str, only_for: object) -> bool:
        """Whether a page is theirs.

        Args:
            page: Its file, relative to the folder of pages.
            only_for: The `audiences` of its front matter.
        """
        if not self.name:
            return True
        named = only_for if isinstance(only_for, list) else [only_for] if only_for else []
        if named and self.name not in named:
            return False
        return not self.pages or any(fnmatchcase(page, pattern) for pattern in self.pages)


@dataclass(frozen=True)
class SiteSettings:
    """What `reports/site.yaml` says.

    Attributes:
        title: The name in the corner of every page.
        home: What the first page is called in the navigation.
        layout: The layout of pages that name none.
        theme: A folder of `reports/themes/` whose files come before those of the theme.
        search: Whether there is a search over the pages.
        audiences: Readers who get a part of the site, by name.
    """

    title: str = "Patron"
    home: str = "Home"
    layout: str = "sidebar"
    theme: str = ""
    search: bool = True
    audiences: Mapping[str, Audience] = field(default_factory=dict)

    def audience(self, name: str) -> Audience:
        """The readers of that name; everybody for an empty one.

        Raises:
            UsageError: If there are none.
        """
        if not name:
            return Audience()
        if name not in self.audiences:
            raise UsageError(
                f"there is no audience '{name}'{did_you_mean(name, self.audiences)}",
                remedy="name one of 'audiences:' in reports/site.yaml",
            )
        return self.audiences[name]


def read_settings(content: Path) -> SiteSettings:
    """The settings of a folder of pages; the defaults where it has none.

    Raises:
        PatronError: If the file cannot be read or says something unknown.
    """
    file = content / "site.yaml"
    if not file.exists():
        return SiteSettings()
    try:
        found = yaml.safe_load(file.read_text("utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PatronError("the site's settings cannot be read", where=str(file)) from error
    known = {each.name for each in fields(SiteSettings)}
    for name in found if isinstance(found, dict) else ["no list of 'name: value' lines"]:
        if name not in known:
            raise PatronError(
                f"unknown setting '{name}'{did_you_mean(str(name), known)}", where=str(file)
            )
    return SiteSettings(**{**found, "audiences": _audiences(found.get("audiences") or {}, file)})


def _audiences(found: object, file: Path) -> dict[str, Audience]:
    entries = found.values() if isinstance(found, dict) else [found]
    if not isinstance(found, dict) or any(each and not isinstance(each, dict) for each in entries):
        raise PatronError("'audiences' is not a list of 'name: {…}' lines", where=str(file))
    audiences: dict[str, Audience] = {}
    for name, entry in found.items():
        given = entry or {}
        pages, values = given.get("pages") or [], given.get("values") or {}
        audiences[str(name)] = Audience(str(name), tuple(map(str, pages)), dict(values))
    return audiences
