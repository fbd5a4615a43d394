"""<Link>, <LinkButton>, <BigLink> and <Image>."""

from __future__ import annotations

from markupsafe import Markup

from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.render.urls import page_link


def _anchor(use: Use, kind: str) -> Markup:
    url = use.text("url") or use.text("href")
    if url is None:
        raise ComponentError(f"<{use.component.name}> needs url=")
    target = page_link(url, use.page.output, use.page.outputs)
    content = use.text("label") or use.children().striptags() or url
    return Markup('<a class="{}" href="{}">{}</a>').format(kind, target, content)


def _image(use: Use) -> Markup:
    return use.image(use.text("url") or "", use.text("description") or "")


def _embed(use: Use) -> Markup:
    """A page that needs no network cannot hold another one: it links to it."""
    url = use.text("url") or ""
    use.warn("is shown as a link: a report holds no other pages")
    target = page_link(url, use.page.output, use.page.outputs)
    return Markup('<a class="big-link" href="{}">{}</a>').format(target, use.text("title") or url)


_LINK_PROPS = (Prop("url"), Prop("href"), Prop("label"), Prop("newTab", "ignored"))

COMPONENTS = (
    Component(
        "Embed",
        (
            Prop("url", required=True),
            Prop("title"),
            Prop("width", "ignored"),
            Prop("height", "ignored"),
            Prop("border", "ignored"),
        ),
        _embed,
    ),
    Component("Link", _LINK_PROPS, lambda use: _anchor(use, "link"), block=False),
    Component("LinkButton", _LINK_PROPS, lambda use: _anchor(use, "button"), block=False),
    Component("BigLink", _LINK_PROPS, lambda use: _anchor(use, "big-link")),
    Component(
        "Image",
        (
            Prop("url", required=True),
            Prop("description"),
            Prop("width", "number"),
            Prop("height", "number"),
            Prop("align", "ignored"),
            Prop("border", "ignored"),
        ),
        _image,
    ),
)
