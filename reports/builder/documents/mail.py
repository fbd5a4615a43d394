"""A built page as an e-mail: inlined styles, charts as PNG, and the same in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP

from markupsafe import Markup, escape

from reports.builder.documents.pictures import filled, palette_of, png_of
from reports.builder.documents.plain import plain_text
from reports.builder.documents.tree import Element, parse

_SERIFLESS = "font-family:Arial,Helvetica,sans-serif"
_STYLES = {
    "h1": "font-size:24px;line-height:1.25;margin:0 0 4px",
    "h2": "font-size:18px;margin:28px 0 8px",
    "h3": "font-size:15px;margin:20px 0 6px",
    "p": "margin:6px 0 10px",
    "ul": "margin:6px 0 10px;padding-left:20px",
    "ol": "margin:6px 0 10px;padding-left:20px",
    "li": "margin:3px 0",
    "b": "",
    "strong": "",
    "em": "",
    "code": "font-family:monospace",
    "br": "",
}
_DROPPED = frozenset({"nav", "script", "style", "template", "button", "select", "input", "svg"})
_HIDDEN = frozenset(
    {"tools", "pager", "data", "queries", "how", "sr", "spark", "skip", "track", "input"}
)
_INLINE = frozenset({"b", "strong", "em", "code"})
_MUTED = "color:#586373;font-size:13px"
_WIDTH = 600
_KPIS_PER_ROW = 2
_CELL = "padding:5px 8px;border-bottom:1px solid #e1e6ec;font-size:13px;vertical-align:top"


@dataclass
class Mail:
    """An e-mail under construction.

    Attributes:
        subject: The page's title.
        html: What mail programs show.
        text: What the others show.
        images: PNGs by their content id.
    """

    subject: str
    html: str = ""
    text: str = ""
    images: dict[str, bytes] = field(default_factory=dict)

    def message(self, sender: str = "", recipient: str = "") -> bytes:
        """The e-mail as a file, to be sent by another program."""
        message = EmailMessage(policy=SMTP)
        message["Subject"] = self.subject
        message["From"] = sender or "reports@localhost"
        message["To"] = recipient or "undisclosed-recipients:;"
        message["X-Unsent"] = "1"
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        page = message.get_payload()[1]  # type: ignore[index]
        for name, image in self.images.items():
            page.add_related(image, "image", "png", cid=f"<{name}>", filename=f"{name}.png")  # type: ignore[union-attr]
        for number, part in enumerate(each for each in message.walk() if each.is_multipart()):
            part.set_boundary(f"=_patron_{number}_=")
        return message.as_bytes()

    def alone(self) -> str:
        """The HTML with its images in it, to look at."""
        import base64

        html = self.html
        for name, image in self.images.items():
            data = base64.b64encode(image).decode()
            html = html.replace(f'src="cid:{name}"', f'src="data:image/png;base64,{data}"')
        return html


def mail_of(html: str) -> Mail:
    """The e-mail of a built page."""
    page = parse(html)
    main = page.find("main") or page
    title = (page.find("h1") or main).text().strip()
    writer = _Writer(Mail(title), palette_of(html))
    body = writer.inner(main)
    footer = page.find("footer")
    small = Markup('<p style="{}">{}</p>').format(_MUTED, _last_line(footer)) if footer else ""
    writer.mail.html = str(
        Markup(
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            "<title>{}</title></head>\n"
            '<body style="margin:0;background:#f5f6f8"><table role="presentation" width="100%"'
            ' cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:16px">'
            '<table role="presentation" width="{}" cellpadding="0" cellspacing="0" style="{}">'
            '<tr><td style="padding:24px">{}{}</td></tr></table></td></tr></table></body></html>\n'
        ).format(
            title,
            _WIDTH + 48,
            f"background:#ffffff;color:#18202b;font-size:14px;line-height:1.5;{_SERIFLESS}",
            body,
            small,
        )
    )
    writer.mail.text = plain_text(main)
    return writer.mail


class _Writer:
    def __init__(self, mail: Mail, palette: dict[str, str]) -> None:
        self.mail = mail
        self._palette = palette

    def inner(self, element: Element) -> Markup:
        """What an element holds."""
        parts = [
            escape(child) if isinstance(child, str) else self._element(child)
            for child in element.children
        ]
        return Markup("").join(parts)

    def _element(self, element: Element) -> Markup:  # noqa: PLR0911  one for each kind
        if (
            element.tag in _DROPPED
            or _HIDDEN & set(element.classes)
            or "hidden" in element.attributes
        ):
            return Markup("")
        if "chart" in element.classes:
            return self._chart(element)
        if "table" in element.classes and element.tag == "figure":
            return self._caption(element) + self._table(element.find("table"), _rows_shown(element))
        if element.tag == "table":
            return self._table(element, 0)
        if "kpis" in element.classes:
            return self._tiles(list(element.all("div", "kpi")))
        if "kpi" in element.classes:
            return self._tiles([element])
        if "alert" in element.classes:
            return self._alert(element)
        if element.tag == "details" and "open" not in element.attributes:
            return Markup("")
        return self._plain(element)

    def _plain(self, element: Element) -> Markup:
        inner = self.inner(element)
        if element.tag == "a":
            href = element.attributes.get("href", "")
            if ":" not in href:
                return inner  # a page of the site, which the mail's reader does not have
            return Markup('<a href="{}" style="color:#1d5fa6">{}</a>').format(href, inner)
        if element.tag not in _STYLES:
            return inner
        style = _MUTED if {"lead", "facts", "note", "sub"} & set(element.classes) else ""
        style = ";".join(filter(None, (_STYLES[element.tag], style)))
        if element.tag == "br":
            return Markup("<br>")
        if "facts" in element.classes:
            inner = Markup(" · ").join(self.inner(span) for span in element.all("span"))
        tag = Markup(element.tag)  # noqa: S704  one of the keys of _STYLES
        end = "" if element.tag in _INLINE else "\n"
        return Markup('<{} style="{}">{}</{}>{}').format(tag, style, inner, tag, end)

    def _caption(self, figure: Element) -> Markup:
        title, more = figure.find("span", "caption"), figure.find("span", "sub")
        found = Markup("")
        if title:
            found += Markup('<p style="margin:18px 0 0;font-weight:bold">{}</p>').format(
                title.text()
            )
        if more:
            found += Markup('<p style="margin:0 0 6px;{}">{}</p>').format(_MUTED, more.text())
        return found

    def _chart(self, figure: Element) -> Markup:
        drawing = next(iter(figure.all("svg")), None)
        if drawing is None:
            return self._caption(figure)
        name = f"chart-{len(self.mail.images) + 1}"
        self.mail.images[name] = png_of(drawing, self._palette)
        label = drawing.attributes.get("aria-label", "")
        legend = [item.text().strip() for item in figure.all("li")]
        keys = [each.attributes.get("style", "") for each in figure.all("i")]
        shown = Markup(" ").join(
            Markup('<span style="{}">■</span> {}').format(self._colour(key), text)
            for key, text in zip(keys, legend, strict=False)
        )
        line = (
            Markup('<p style="margin:0;{}">{}</p>').format(_MUTED, shown) if shown else Markup("")
        )
        image = (
            '<p style="margin:4px 0 14px"><img src="cid:{}" width="{}" alt="{}" style="{}"></p>\n'
        )
        style = "max-width:100%;height:auto"
        picture = Markup(image).format(name, _WIDTH, label, style)  # noqa: S704  it stands above
        return self._caption(figure) + line + picture

    def _colour(self, style: str) -> str:
        return f"color:{filled(style.partition(':')[2], self._palette)}"

    def _table(self, table: Element | None, most: int) -> Markup:
        if table is None:
            return Markup("")
        rows = list(_rows(table))
        body = [row for row in rows if row.find("td")]
        cut = len(body) - most if most and len(body) > most + 1 else 0
        kept = [row for row in rows if not cut or row not in body[most : most + cut]]
        lines = Markup("").join(
            Markup("<tr>{}</tr>\n").format(
                Markup("").join(self._cell(cell) for cell in _cells(row))
            )
            for row in kept
        )
        more = Markup('<p style="{}">{} more rows in the report.</p>').format(_MUTED, cut)
        return Markup(
            '<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;'
            'margin:6px 0 14px">\n{}</table>{}\n'
        ).format(lines, more if cut else "")

    def _cell(self, cell: Element) -> Markup:
        align = next((each for each in ("right", "center") if each in cell.classes), "left")
        style = f"{_CELL};text-align:{align}"
        if cell.tag == "th":
            style += ";color:#586373"
        if tint := re.search(r"background:[^;]+", cell.attributes.get("style", "")):
            style += f";{filled(tint.group(), self._palette)}"
        span = cell.attributes.get("colspan", "1")
        tag = Markup(cell.tag)  # noqa: S704  td or th
        text = Markup('<{} style="{}" colspan="{}">{}</{}>')
        return text.format(tag, style, span, self.inner(cell), tag)

    def _tiles(self, tiles: list[Element]) -> Markup:
        rows = [tiles[at : at + _KPIS_PER_ROW] for at in range(0, len(tiles), _KPIS_PER_ROW)]
        lines = Markup("").join(
            Markup("<tr>{}</tr>\n").format(Markup("").join(self._tile(tile) for tile in row))
            for row in rows
        )
        return Markup(
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="8">{}</table>\n'
        ).format(lines)

    def _tile(self, tile: Element) -> Markup:
        title, value = tile.find("p", "kpi-title"), tile.find("p", "kpi-value")
        lines = [
            each for name in ("target", "kpi-line") for each in tile.walk() if name in each.classes
        ]
        more = Markup("").join(
            Markup('<br><span style="{}">{}</span>').format(_MUTED, self.inner(line))
            for line in lines
        )
        return Markup(
            '<td width="50%" valign="top" style="border:1px solid #e1e6ec;padding:10px 14px">'
            '<span style="{}">{}</span><br><span style="font-size:24px;font-weight:bold">{}</span>'
            "{}</td>"
        ).format(_MUTED, title.text() if title else "", value.text().strip() if value else "", more)

    def _alert(self, element: Element) -> Markup:
        tones = {
            "info": "#1d5fa6",
            "positive": "#15803d",
            "warning": "#92560a",
            "negative": "#b91c1c",
        }
        tone = next((tones[each] for each in element.classes if each in tones), "#586373")
        return Markup(
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>'
            '<td style="border-left:4px solid {};background:#f5f7f9;padding:6px 14px">{}</td>'
            "</tr></table>\n"
        ).format(tone, self.inner(element))


def _rows(table: Element) -> Iterator[Element]:
    yield from table.all("tr")


def _cells(row: Element) -> Iterator[Element]:
    for child in row.children:
        if isinstance(child, Element) and child.tag in ("td", "th"):
            yield child


def _rows_shown(figure: Element) -> int:
    rows = figure.attributes.get("data-rows", "0")
    return int(rows) if rows.isdigit() else 0


def _last_line(footer: Element) -> str:
    lines = [each.text().strip() for each in footer.all("p")]
    return lines[-1] if lines else ""
