from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from published_sample import change_sample, publish_sample

from patron.cli import patron
from patron.errors import PatronError
from patron.shop import Shop, find_project
from reports.builder.site.preview import PreviewServer


def call(shop: Shop, *arguments: str) -> Result:
    return CliRunner().invoke(patron, ["--shop", str(shop.root), "report", *arguments])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop whose pages are built, so that building them again is quick."""
    shop = Shop(root=tmp_path_factory.mktemp("built"), project=find_project())
    publish_sample(shop)
    result = call(shop)
    assert result.exit_code == 0
    assert result.stdout.strip() == str(shop.site / "index.html")
    assert (shop.site / "index.html").is_file()
    return shop


def test_build_ends_with_the_path_of_the_first_page_as_report_alone_does(built: Shop) -> None:
    result = call(built, "build")
    assert result.exit_code == 0
    assert "pages/index.md: Executive dashboard" in result.stderr
    assert result.stdout.strip() == str(built.site / "index.html")
    assert Path(result.stdout.strip()).is_file()


def test_build_elsewhere_as_json(built: Shop, tmp_path: Path) -> None:
    shutil.rmtree(built.site)
    result = call(built, "build", "--out", str(tmp_path / "out"), "--json")
    found = json.loads(result.stdout)
    assert found["ok"] is True
    assert found["index"] == str(tmp_path / "out" / "index.html")
    assert found["pages"][0]["title"] == "Executive dashboard"
    assert not built.site.exists()


def test_a_query_that_fails_makes_the_exit_code_1(published: Shop) -> None:
    change_sample(published, "ALTER TABLE marts.fct_orders RENAME COLUMN order_value_tier TO tier")
    result = call(published, "build")
    assert result.exit_code == 1
    assert "query 'tiers': Binder Error" in result.stderr
    assert "Columns: marts.fct_orders (" in result.stderr
    assert "the pages show the errors in place" in result.stderr
    assert "Query &#39;tiers&#39; failed" in (published.site / "index.html").read_text("utf-8")


def test_strict_checks_fail_on_warnings(built: Shop) -> None:
    assert call(built, "check").exit_code == 0
    strict = call(built, "check", "--strict")
    assert strict.exit_code == 1
    assert "stale" in strict.stderr


def test_new_refuses_a_name_that_cannot_be(published: Shop) -> None:
    result = call(published, "new", "../x")
    assert isinstance(result.exception, PatronError)
    assert result.exception.exit_code == 2


@pytest.mark.parametrize("command", [[], ["build"], ["check"], ["serve"], ["new"]])
def test_help_has_an_example(published: Shop, command: list[str]) -> None:
    assert "Example: patron report" in call(published, *command, "--help").stdout


def test_errors_have_no_traceback(shop: Shop) -> None:
    environment = {**os.environ, "PATRON_SHOP": str(shop.root)}
    done = subprocess.run(
        [sys.executable, "-c", "from patron.cli import main; main()", "report", "build"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("patron: nothing has been published yet\n  where:")
    assert "Traceback" not in done.stderr


def test_help_needs_nothing_heavy() -> None:
    script = (
        "import sys, reports.builder.cli\n"
        "print(sorted({'duckdb', 'jinja2', 'pandas', 'altair', 'vl_convert', 'markdown_it', 'yaml'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=find_project(),
    )
    assert done.stdout.strip() == "[]"


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def test_the_preview_follows_pages_and_data(published: Shop, content: Path) -> None:
    page = content / "pages" / "index.md"
    page.write_text("First.", encoding="utf-8")
    server = PreviewServer(published, 0, 5.0, content)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert "First." in _until(server.url, "First.")
        html = _wait(server.url, lambda html: f"}})('{_version(server)}');" in html)
        before = _version(server)
        assert 'http-equiv="Content-Security-Policy"' not in html
        page.write_text("Second.", encoding="utf-8")
        _until(server.url, "Second.")
        # The version follows the page; a page says the version that it was of when it was sent.
        _wait(server.url + "__version", lambda version: version != before)
        _wait(server.url, lambda html: f"}})('{_version(server)}');" in html)
        page.write_text("<Grid>", encoding="utf-8")
        assert "is not closed" in _until(server.url, "is not closed")
        page.write_text("Data of {publication.as_of_date}.", encoding="utf-8")
        publish_sample(published, customers=5)
        _until(server.url, "Data of 15 Sep 2025")
    finally:
        server.stop()
        thread.join(timeout=10)
    assert not thread.is_alive()
    assert not published.site.exists()


def test_the_preview_notices_what_changes_while_it_starts(published: Shop, content: Path) -> None:
    page = content / "pages" / "index.md"
    page.write_text("First.", encoding="utf-8")

    class EditedMeanwhile(PreviewServer):
        def _build(self) -> None:
            super()._build()
            if page.read_text("utf-8") == "First.":
                page.write_text("Second.", encoding="utf-8")

    server = EditedMeanwhile(published, 0, 5.0, content)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        _until(server.url, "Second.")
    finally:
        server.stop()
        thread.join(timeout=10)


def _version(server: PreviewServer) -> str:
    return read(server.url + "__version")


def _until(url: str, wanted: str) -> str:
    return _wait(url, lambda found: wanted in found)


def _wait(url: str, holds: Callable[[str], bool]) -> str:
    """What an address answers when it is as it should be."""
    deadline = time.monotonic() + 20
    found = ""
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            found = read(url)
            if holds(found):
                return found
        time.sleep(0.1)
    raise AssertionError(f"{url} did not change; it answered {found}")


def test_a_port_in_use_is_a_clear_error(published: Shop, content: Path) -> None:
    server = PreviewServer(published, 0, 5.0, content)
    port = int(server.url.rstrip("/").rpartition(":")[2])
    with pytest.raises(PatronError, match=f"cannot listen on port {port}"):
        PreviewServer(published, port, 5.0, content)
    server.close()
