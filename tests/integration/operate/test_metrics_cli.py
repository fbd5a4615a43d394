"""`patron metrics`: a number that changes its meaning unsaid does not pass."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from operate.metrics.check import metrics_named
from operate.metrics.cli import metrics
from patron.errors import PatronError
from patron.shop import Shop
from tests.support.clone import clone

AOV = "SUM(net_revenue) / NULLIF(SUM(orders), 0)"


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    """A copy of the project with a page, whose metrics are released."""
    folder = clone(tmp_path / "project")
    (folder / "reports" / "pages").mkdir(parents=True)
    return Shop(root=tmp_path / "shop", project=folder)


def call(shop: Shop, *arguments: str) -> Result:
    found = CliRunner().invoke(metrics, [*arguments], obj=lambda: shop, standalone_mode=False)
    if found.exception:
        raise found.exception
    return found


def change(shop: Shop, old: str, new: str, file: str = "executive") -> None:
    path = shop.project / "metrics" / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(shop: Shop) -> list[str]:
    """What the check finds, as metric and text."""
    found = call(shop, "check", "--json")
    listed = json.loads(found.stdout)
    assert found.return_value == (1 if listed else 0)
    return [f"{each['metric']}: {each['what']}; {each['remedy']}" for each in listed]


def page(shop: Shop, text: str) -> None:
    (shop.project / "reports" / "pages" / "page.md").write_text(text, encoding="utf-8")


def test_the_metrics_of_the_project_are_in_order(project: Shop) -> None:
    assert problems(project) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (AOV, "SUM(gmv) / NULLIF(SUM(orders), 0)", "aov: expression changed"),
        (
            "SUM(month_active_customers)",
            "SUM(week_active_customers)",
            "active_customers: at changed",
        ),
        (f"expression: {AOV}", f"expression: {AOV}\n    filter: orders > 1", "aov: expression"),
        ("expression: SUM(orders)", "expression: SUM(units)", "orders: expression changed"),
        # What is derived changes with its parts
        (
            "expression: SUM(orders)",
            "expression: SUM(units)",
            "units_per_order: expression changed",
        ),
        ("    over: so_far\n", "", "customers: over changed"),
    ],
)
def test_another_meaning_needs_another_version(
    project: Shop, old: str, new: str, what: str
) -> None:
    change(project, old, new)
    found = problems(project)
    assert any(text.startswith(what) and "its version did not" in text for text in found), found
    assert any("write 'version: 2'" in text for text in found)


def test_a_raised_version_may_mean_something_else_and_is_released(project: Shop) -> None:
    change(project, AOV, "SUM(gmv) / NULLIF(SUM(orders), 0)")
    with pytest.raises(PatronError, match="not in order") as caught:
        call(project, "release")
    assert "aov: expression changed" in str(caught.value.where)
    path = project.project / "metrics" / "executive.yaml"
    head, _, tail = path.read_text("utf-8").partition("  aov:\n")
    path.write_text(f"{head}  aov:\n{tail.replace('version: 1', 'version: 2', 1)}", "utf-8")
    assert problems(project) == []
    call(project, "release")
    change(project, "version: 2", "version: 1")
    assert problems(project) == ["aov: its version is 1, and 2 was released; write 'version: 3'"]


def test_labels_owners_and_targets_may_change_any_time(project: Shop) -> None:
    change(project, "label: Average order value", "label: Basket value")
    change(project, "owner: finance_team", "owner: board")
    change(project, "materiality: 0.03", "materiality: 0.05")
    assert problems(project) == []
    before = (project.project / "metrics" / "released.yaml").read_bytes()
    call(project, "release")
    assert (project.project / "metrics" / "released.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("SUM(gmv)", "SUM(gvm)", "gmv: marts.mart_executive_financial_summary has no column 'gvm'"),
        # The member has no such column either, and is found by name
        ("model: marts.mart_executive", "model: marts.mart_exekutive", "there is no model"),
        ("dimensions: [country]\n    unit: share", "dimensions: [city]\n    unit: share", None),
    ],
)
def test_what_is_not_there_is_named(project: Shop, old: str, new: str, what: str | None) -> None:
    change(project, old, new)
    found = [text for text in problems(project) if "its version did not" not in text]
    assert (what is None) == (found == [])
    assert what is None or what in found[0]


def test_columns_of_members_and_types_are_looked_at(project: Shop) -> None:
    change(project, "dimensions: [region]", "dimensions: [regoin]", "operations")
    change(project, "AVG(churn_probability::DECIMAL(18, 9))", "AVG(country)", "customers")
    found = " ".join(problems(project))
    assert (
        "delivery_days: marts.mart_operations has no column 'regoin'; did you mean 'region'"
        in found
    )
    assert "churn_probability: its expression does not compile over marts.mart_customer" in found


def test_a_metric_goes_only_after_it_was_deprecated_and_let_go(project: Shop) -> None:
    path = project.project / "metrics" / "marketing.yaml"
    path.unlink()
    (found,) = problems(project)
    assert found.startswith("ltv_to_cac: it was released and is gone; deprecate it first")
    with pytest.raises(PatronError):
        call(project, "release")
    assert "ltv_to_cac is gone" in call(project, "release", "--remove").output
    assert problems(project) == []


def test_a_deprecated_metric_is_on_no_page(project: Shop) -> None:
    deprecated = "version: 1\n    deprecated: {since: 2026-12-01, replaced_by: net_revenue}"
    change(project, "version: 1", deprecated)
    page(project, "Gross is not net: gmv\n\n<Value data={x} metric=net_revenue />")
    assert problems(project) == []
    page(project, "<Definition metric=gmv />")
    assert problems(project) == [
        "gmv: it is deprecated and used in reports/pages/page.md; use 'net_revenue' there"
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{metric('aov').value}", {"aov"}),
        ('<Definition metric="aov, gmv" />', {"aov", "gmv"}),
        ("<BigValue metric=aov value=gmv/>", {"aov", "value", "gmv"}),
        ("WHERE metric IN ('aov', 'gmv') AND grain = 'day'", {"aov", "gmv"}),
        ("MAX(description) FILTER (metric = 'aov')", {"aov"}),
        ("aov is a metric of gmv", set()),
    ],
)
def test_metrics_asked_for_are_found(text: str, names: set[str]) -> None:
    assert metrics_named(text) == names


def test_show_tells_definition_sql_targets_lineage_and_values(project: Shop) -> None:
    shown = json.loads(call(project, "show", "on_time_rate", "--json").stdout)
    assert shown["owner"] == "operations_team"
    assert shown["lineage"] == {"marts.mart_operations": ["judged_orders", "on_time_orders"]}
    assert {(each["grain"], each["target"]) for each in shown["targets"]} == {
        (grain, 0.9) for grain in ("day", "week", "month", "quarter", "year")
    }
    assert shown["latest"] == []
    project.data.mkdir(parents=True)
    with duckdb.connect(str(project.published)) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute(
            "CREATE TABLE marts.mart_kpis AS SELECT 'on_time_rate' AS metric, 'all' AS dimension,"
            " grain, DATE '2025-01-01' + place::INT * 31 AS period_start, 0.8 + place / 10 AS value"
            ", 0.7 AS prior_value, NULL::DOUBLE AS change_share, 'none' AS change_significance,"
            " 0.9 AS target, 'watch' AS status, place < 2 AS is_complete"
            " FROM (VALUES ('week'), ('month')) AS g(grain), RANGE(3) AS p(place)"
        )
        # The operations table of another shop may be queried as the definition says
        connection.execute(
            "CREATE TABLE marts.mart_operations AS SELECT DATE '2025-01-05' AS date_day,"
            " 9 AS on_time_orders, 12 AS judged_orders"
        )
        (row,) = connection.execute(shown["query"]).fetchall()
        assert row[1] == 0.75
    shown = json.loads(call(project, "show", "on_time_rate", "--json").stdout)
    assert [(row["grain"], row["value"]) for row in shown["latest"]] == [
        ("week", 0.9),
        ("month", 0.9),
    ]
    people = call(project, "show", "on_time_rate").output
    assert "Latest values of the whole shop" in people
    assert "0.9 a month, 3% watched" in people


def test_an_unknown_name_is_answered_with_the_nearest(project: Shop) -> None:
    with pytest.raises(PatronError, match="there is no metric 'aovv'") as caught:
        call(project, "show", "aovv")
    assert "did you mean 'aov'" in str(caught.value.remedy)


def test_the_list_is_readable_by_people_and_machines(project: Shop) -> None:
    rows = {row["metric"]: row for row in json.loads(call(project, "list", "--json").stdout)}
    assert rows["aov"]["certified_by"] == "finance_team"
    assert rows["units_per_order"]["derived_from"] == "units, orders"
    shown = call(project).output
    assert all(name in shown for name in rows)


def test_a_damaged_release_is_named(project: Shop) -> None:
    (project.project / "metrics" / "released.yaml").write_text("metrics: {aov: 1}\n")
    with pytest.raises(PatronError, match="damaged"):
        problems(project)
