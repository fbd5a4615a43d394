from __future__ import annotations

from pathlib import Path

import pytest

from patron.config import project_variables
from patron.errors import PatronError, UsageError
from reports.builder.components.base import Component
from reports.builder.components.registry import registered
from reports.builder.data.sources import QueryError, compile_sql
from reports.builder.notices import Notices, did_you_mean
from reports.builder.page.nodes import QuerySource
from reports.builder.render.images import NOTHING, Images
from reports.builder.site.content import Content, listed_queries
from reports.builder.site.scaffold import new_page


def query(name: str, sql: str, line: int = 10) -> QuerySource:
    return QuerySource(name, sql, "pages/index.md", line)


def test_queries_are_put_into_each_other_in_any_order() -> None:
    queries = {
        "last": query("last", "select * from ${first} where x > ${vars.limit};"),
        "first": query("first", "select ${vars.name} as x"),
    }
    variables = {"vars.limit": 3, "vars.name": "O'Brien"}
    assert compile_sql(queries["last"], queries, variables) == (
        "select * from (select 'O''Brien' as x) where x > 3"
    )


@pytest.mark.parametrize(
    ("sql", "message", "line"),
    [
        ("select 1\nfrom ${ordres}", r"\$\{ordres\} is not a query .* did you mean 'orders'", 11),
        ("\n\nselect * from ${me}", "in a circle: me -> me", 12),
        ("select * from ${other}", "in a circle: me -> other -> me", 5),
    ],
)
def test_references_that_lead_nowhere_or_back(sql: str, message: str, line: int) -> None:
    queries = {
        "me": query("me", sql),
        "other": query("other", "select * from ${me}", line=5),
        "orders": query("orders", "select 1"),
    }
    with pytest.raises(QueryError, match=message) as caught:
        compile_sql(queries["me"], queries, {})
    assert caught.value.line == line


def test_values_in_queries_are_literals() -> None:
    values = {"vars.a": None, "vars.b": True, "vars.c": 1.5}
    sql = compile_sql(query("q", "${vars.a} ${vars.b} ${vars.c}"), {}, values)
    assert sql == "NULL TRUE 1.5"


def test_the_nearest_name_is_named() -> None:
    assert did_you_mean("BarChrt", ["LineChart", "BarChart"]) == "; did you mean 'BarChart'?"
    assert did_you_mean("zzz", ["LineChart"]) == ""


def test_notices_do_not_repeat_themselves() -> None:
    notices = Notices("pages/a.md")
    notices.warn(3, "odd")
    notices.warn(3, "odd")
    notices.error(0, "bad")
    assert [str(notice) for notice in notices.found] == [
        "warning: pages/a.md:3: odd",
        "error: pages/a.md: bad",
    ]


def test_the_variables_are_those_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.yaml").write_text(
        "variables:\n  currency: \"{{ env_var('SHOP_MONEY', 'EUR') }}\"\n  limit: 0.15\n"
    )
    monkeypatch.delenv("SHOP_MONEY", raising=False)
    assert project_variables(tmp_path) == {"currency": "EUR", "limit": 0.15}
    monkeypatch.setenv("SHOP_MONEY", "GBP")
    assert project_variables(tmp_path)["currency"] == "GBP"
    with pytest.raises(PatronError, match="configuration cannot be read"):
        project_variables(tmp_path / "nowhere")


def test_shared_queries_are_named_after_their_path(tmp_path: Path) -> None:
    (tmp_path / "queries" / "sales").mkdir(parents=True)
    (tmp_path / "queries" / "sales" / "by_day.sql").write_text("select 1")
    shared = Content(tmp_path).shared_queries()
    assert list(shared) == ["sales_by_day"]
    page = _page({"queries": ["sales/by_day.sql", {"days": "sales/by_day.sql"}, "nothing.sql"]})
    notices = Notices("pages/a.md")
    assert listed_queries(page, shared, notices) == ["sales_by_day", "days"]
    assert "no file queries/nothing.sql" in notices.found[0].message


def _page(meta: dict[str, object]):  # type: ignore[no-untyped-def]
    from reports.builder.page.nodes import PageSource

    return PageSource("pages/a.md", meta, (), ())


def test_no_pages_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PatronError, match="there are no pages"):
        Content(tmp_path).pages()


def test_a_new_page_is_a_file_to_go_on_from(tmp_path: Path) -> None:
    file = new_page(tmp_path, "sales/by_region")
    assert file == tmp_path / "pages" / "sales" / "by_region.md"
    assert "title: By region" in file.read_text()
    with pytest.raises(PatronError, match="such a page already"):
        new_page(tmp_path, "sales/by_region.md")
    for name in ("../x", "A", "a b", "/etc", "a//b", ".x"):
        with pytest.raises(UsageError, match="cannot be the name of a page"):
            new_page(tmp_path, name)


def test_images_are_put_into_the_page_or_left_out(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "logo.png").write_bytes(b"png")
    (tmp_path / "secret.png").write_bytes(b"x")
    (tmp_path / "static" / "big.png").write_bytes(b"x" * 300_001)
    notices = Notices("p")
    images = Images(tmp_path / "static", notices)
    assert images.data_uri("/logo.png") == "data:image/png;base64,cG5n"
    for path in ("https://example.com/a.png", "../secret.png", "logo.txt", "none.png", "big.png"):
        assert images.data_uri(path) == NOTHING
    assert len(notices.found) == 5


def test_every_component_has_a_module_and_its_parts_exist() -> None:
    components = registered()
    for component in components.values():
        assert isinstance(component, Component)
        assert len({prop.name for prop in component.props}) == len(component.props)
        for part in component.parts:
            assert components[part].render is None
    assert {"BigValue", "DataTable", "Column", "BarChart", "LineChart", "AreaChart"} <= set(
        components
    )
