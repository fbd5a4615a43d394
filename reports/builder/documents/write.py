"""Writing the other kinds of documents beside the pages of a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from patron.errors import UsageError
from reports.builder.documents.mail import mail_of
from reports.builder.documents.paper import PAPERS, print_pages
from reports.builder.documents.single import single_file

SINGLE = "document.html"


@dataclass(frozen=True)
class Documents:
    """Which documents to make beside the pages.

    Attributes:
        single: One file of all pages.
        pdf: A PDF of each page, and of the one file if there is one.
        email: An e-mail of each page, as `.eml` and as `.mail.html` to look at.
        paper: What to print on.
        pages: Patterns of the pages that are meant, such as `summaries/*`; all if there are none.
    """

    single: bool = False
    pdf: bool = False
    email: bool = False
    paper: str = PAPERS[0]
    pages: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether any is asked for."""
        return self.single or self.pdf or self.email


def write_documents(
    folder: Path, outputs: Sequence[str], wanted: Documents, title: str
) -> list[str]:
    """Write the documents into a site.

    Args:
        folder: Holds the pages.
        outputs: Their files, in order.
        wanted: What to make.
        title: What the one file is called.

    Raises:
        UsageError: If no page is meant.
        PatronError: If there is nothing to print with.
    """
    meant = [output for output in outputs if _is_meant(output, wanted.pages)]
    if not meant:
        raise UsageError(
            f"no page is called {' or '.join(wanted.pages)}",
            remedy="name pages as in the site, without .html, such as 'summaries/*'",
        )
    made: list[str] = []
    if wanted.email:
        made += [file for output in meant for file in _write_mail(folder, output)]
    if wanted.single:
        texts = {output: (folder / output).read_text("utf-8") for output in meant}
        html = single_file(texts, title)
        (folder / SINGLE).write_text(html, encoding="utf-8", newline="\n")
        made.append(SINGLE)
    if wanted.pdf:
        printed = [SINGLE] if wanted.single else meant
        files = print_pages([folder / output for output in printed], wanted.paper)
        made += [file.relative_to(folder).as_posix() for file in files]
    return made


def _is_meant(output: str, patterns: Sequence[str]) -> bool:
    stem = output.removesuffix(".html")
    names = (stem, stem.removesuffix("/index"))
    return not patterns or any(fnmatchcase(name, each) for name in names for each in patterns)


def _write_mail(folder: Path, output: str) -> list[str]:
    mail = mail_of((folder / output).read_text("utf-8"))
    stem = output.removesuffix(".html")
    (folder / f"{stem}.eml").write_bytes(mail.message())
    (folder / f"{stem}.mail.html").write_text(mail.alone(), encoding="utf-8", newline="\n")
    return [f"{stem}.eml", f"{stem}.mail.html"]
