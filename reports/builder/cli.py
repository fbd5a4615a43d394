"""`patron report`: build, serve, check and start pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patron.console import emit_json, say
from patron.errors import EXIT_FAILED, PatronError
from patron.options import JSON

if TYPE_CHECKING:
    from reports.builder.api import BuildResult, PageResult

WAIT = click.option(
    "--wait", "wait_seconds", default=10.0, show_default=True, metavar="SECONDS",
    help="How long to wait for the published data.",
)  # fmt: skip
AUDIENCE = click.option(
    "--audience", default="", metavar="NAME", help="Only the pages and rows of these readers."
)
PERIOD = click.option(
    "--period", default="", metavar="2011-W45", help="What summaries of its kind are about."
)
STRICT = click.option("--strict", is_flag=True, help="Warnings make the command fail.")


@click.group(
    invoke_without_command=True, epilog="Example: patron report build --out /srv/www/reports"
)
@click.pass_context
def report(ctx: click.Context) -> None:
    """Build the reports: Markdown pages with queries in, one HTML file per page out.

    Without a command it does what `build` does without options.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(build)


@report.command(epilog="Example: patron report build --out site --strict")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The site's folder. Default: site/ of the shop."
)
@AUDIENCE
@PERIOD
@click.option("--single-file", "single", is_flag=True, help="Also one document of all pages.")
@click.option("--pdf", is_flag=True, help="Also PDF files, through an installed Chromium.")
@click.option("--email", is_flag=True, help="Also e-mails: .eml files, and .mail.html to look at.")
@click.option("--page", "pages", multiple=True, metavar="NAME", help="Those of these pages only.")
@click.option("--paper", type=click.Choice(["A4", "Letter"]), default="A4", show_default=True)
@click.option("--anew", is_flag=True, help="Use nothing of earlier builds.")
@WAIT
@JSON
@STRICT
@click.pass_context
def build(  # noqa: PLR0913  its options
    ctx: click.Context,
    /,
    *,
    out: Path | None,
    as_json: bool,
    strict: bool,
    audience: str,
    period: str,
    anew: bool,
    wait_seconds: float,
    **documents: Any,
) -> None:
    """Render all pages from the published data.

    A query that fails leaves its message in the page; the rest is built, and the exit code is 1.
    """
    from reports.builder.api import Request, build_site
    from reports.builder.documents.write import Documents

    made = Documents(**documents)
    asked = Request(audience, period, wait_seconds, anew=anew, documents=made)
    on_page = None if as_json else _say_page
    result = build_site(ctx.obj(), out, strict=strict, on_page=on_page, request=asked)
    _report(ctx, result, as_json=as_json)


@report.command(epilog="Example: patron report check --strict")
@AUDIENCE
@PERIOD
@WAIT
@JSON
@STRICT
@click.pass_context
def check(ctx: click.Context, /, *, as_json: bool, strict: bool, **asked: Any) -> None:
    """Render all pages without writing them; with --strict, warnings and stale data fail."""
    from reports.builder.api import Request, check_site

    result = check_site(ctx.obj(), strict=strict, request=Request(**asked))
    _report(ctx, result, as_json=as_json)


@report.command(epilog="Example: patron report serve --port 8000")
@click.option(
    "--port", default=8000, show_default=True, help="On this machine only; 0 takes a free one."
)
@WAIT
@click.pass_context
def serve(ctx: click.Context, port: int, wait_seconds: float) -> None:
    """Preview the pages in a browser, rebuilt whenever a page, query or the data change."""
    from reports.builder.site.preview import preview

    preview(ctx.obj(), port, wait_seconds)


@report.command(epilog="Example: patron report diff site-yesterday site")
@click.argument("first", type=click.Path(exists=True, path_type=Path))
@click.argument("second", type=click.Path(exists=True, path_type=Path))
@JSON
def diff(first: Path, second: Path, as_json: bool) -> None:
    """List the numbers that differ between two builds FIRST and SECOND, folders or pages."""
    from reports.builder.site.diff import differences

    found = list(differences(first, second))
    if as_json:
        emit_json([vars(each) for each in found])
        return
    for each in found:
        click.echo(str(each))
    say(f"{len(found):,} {'number differs' if len(found) == 1 else 'numbers differ'}")


@report.command(epilog="Example: patron report new returns")
@click.argument("name")
@click.pass_context
def new(ctx: click.Context, name: str) -> None:
    """Start the page NAME, a file under reports/pages to go on from."""
    from reports.builder.site.scaffold import new_page

    say(f"Created {new_page(ctx.obj().project / 'reports', name)}")


@report.command(epilog="Example: patron report docs --html reference.html")
@click.option(
    "--html", type=click.Path(path_type=Path), help="Write the reference with drawn results there."
)
@click.pass_context
def docs(ctx: click.Context, html: Path | None) -> None:
    """Write the reference of the page language: docs/page-language.md, or a page of results."""
    from reports.builder.reference.document import markdown, page

    project = ctx.obj().project
    file = html or project / "docs" / "page-language.md"
    text = page(project / "reports" / "theme") if html else markdown()
    file.write_text(text, encoding="utf-8", newline="\n")
    say(f"Wrote {file}")


@report.command("import", epilog="Example: patron report import ../our-evidence-project")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@JSON
@click.pass_context
def import_project(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Read the Evidence project in FOLDER and say of each page whether it builds here.

    Nothing is written. DuckDB, CSV and Parquet sources are read; a page builds as is, builds
    with warnings, or cannot be built, and every reason is named.
    """
    from reports.builder.importer.project import examine

    found = examine(folder, ctx.obj().project / "reports" / "theme")
    if as_json:
        emit_json({"pages": [vars(page) for page in found.pages], "notes": list(found.notes)})
        return
    for page in found.pages:
        click.echo(f"{page.page}: {page.says}")
        for remark in page.remarks:
            click.echo(f"  {remark}")
    for note in found.notes:
        say(f"note: {note}")
    say(found.summary())


def _say_page(page: PageResult) -> None:
    remarks = [
        f"{count} {word if count == 1 else word + 's'}"
        for count, word in ((page.errors, "error"), (page.warnings, "warning"))
        if count
    ]
    tail = f"  ({', '.join(remarks)})" if remarks else ""
    say(f"  {page.source}: {page.title}, {page.size / 1024:,.0f} KB{tail}")


def _report(ctx: click.Context, result: BuildResult, *, as_json: bool) -> None:
    if as_json:
        emit_json(_plain(result))
    else:
        for notice in (*result.warnings, *result.errors):
            say(str(notice))
        for document in result.documents:
            say(f"  {document}")
        if result.index:
            click.echo(result.index)
    if not result.ok:
        if not as_json:
            _complain(result)
        ctx.exit(EXIT_FAILED)


def _complain(result: BuildResult) -> None:
    problem = PatronError(
        f"{len(result.errors)} errors and {len(result.warnings)} warnings in the reports",
        remedy="see the lines above; the pages show the errors in place",
    )
    say(f"patron: {problem}")


def _plain(result: BuildResult) -> dict[str, object]:
    return {
        "ok": result.ok,
        "index": result.index,
        "documents": list(result.documents),
        "pages": [vars(page) for page in result.pages],
        "warnings": [vars(notice) for notice in result.warnings],
        "errors": [vars(notice) for notice in result.errors],
    }
