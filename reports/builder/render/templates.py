"""The theme's templates: Jinja2 with autoescape, from the theme's folder only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup


class Templates:
    """Renders the templates of a theme.

    Args:
        folders: Where they are; the first that has a template counts.
    """

    def __init__(self, folders: Path | Sequence[Path]) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folders),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, name: str, **values: object) -> Markup:
        """The HTML of a template."""
        html = self._environment.get_template(name).render(**values)
        return Markup(html)  # noqa: S704  the templates escape what they are given
