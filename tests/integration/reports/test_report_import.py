"""`patron report import` on a small project in the classic layout."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from patron.cli import patron
from patron.errors import PatronError
from reports.builder.importer.project import Examination, examine

PROJECT = Path(__file__).parents[2] / "support" / "evidence_project"
THEME = Path(__file__).parents[3] / "reports" / "theme"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder)
    with duckdb.connect(str(folder / "sources" / "warehouse" / "warehouse.duckdb")) as connection:
        connection.execute("CREATE TABLE products AS SELECT 'Lamp' AS name, 12 AS price")
    return folder


def remarks(found: Examination, page: str) -> str:
    return "\n".join(next(each.remarks for each in found.pages if each.page == page))


def test_every_page_gets_its_verdict(project: Path) -> None:
    found = examine(project, THEME)
    assert {each.page: each.verdict for each in found.pages} == {
        "pages/broken.md": "cannot",
        "pages/index.md": "as is",
        "pages/lake.md": "cannot",
        "pages/products.md": "with warnings",
        "pages/stores/[city].md": "with warnings",
    }
    assert "{#if} is not closed" in remarks(found, "pages/broken.md")
    assert "source 'lake': it is of the kind 'postgres'" in remarks(found, "pages/lake.md")
    assert "5: <DataTable> has no prop 'colour'" in remarks(found, "pages/products.md")
    assert "components/OurBadge.svelte is the project's own" in remarks(found, "pages/products.md")
    assert "with the column city" in remarks(found, "pages/stores/[city].md")
    assert any("+layout.svelte is not read" in note for note in found.notes)


def test_a_query_that_fails_is_a_reason(project: Path) -> None:
    page = project / "pages" / "index.md"
    page.write_text(page.read_text().replace("shop.by_city", "shop.by_town"))
    found = examine(project, THEME)
    assert "by_town does not exist" in remarks(found, "pages/index.md")


def test_a_database_that_is_not_there_is_a_reason(project: Path) -> None:
    (project / "sources" / "warehouse" / "warehouse.duckdb").unlink()
    found = examine(project, THEME)
    assert "no database file warehouse.duckdb" in remarks(found, "pages/products.md")


def test_sources_read_nothing_outside_of_the_project(project: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    script = project / "sources" / "shop" / "theft.sql"
    script.write_text(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
    writing = project / "sources" / "shop" / "writing.sql"
    writing.write_text(f"COPY shop.orders TO '{project / 'out.csv'}'")
    notes = "\n".join(examine(project, THEME).notes)
    assert "theft" in notes
    assert "exactly one SELECT" in notes
    assert not (project / "out.csv").exists()


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PatronError, match="no pages to import"):
        examine(tmp_path, THEME)


def test_the_command_says_it_page_by_page(project: Path) -> None:
    done = CliRunner().invoke(patron, ["report", "import", str(project)])
    assert done.exit_code == 0, done.output
    assert "pages/index.md: builds as is" in done.output
    assert "pages/lake.md: cannot be built" in done.output
    assert "5 pages: 1 as is, 2 with warnings, 2 not" in done.output
    as_json = CliRunner().invoke(patron, ["report", "import", str(project), "--json"])
    assert json.loads(as_json.stdout)["pages"][1]["verdict"] == "as is"
