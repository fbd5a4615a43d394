"""`benchmarks/ml_recipes.py` takes any table of transactions, and the document has its tables."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

import ml_recipes
import ml_scale
from ml_cache import Cache, Found, cache_of
from ml_tables import LAYOUTS, Table, read_tables, text_of
from prediction_data import buying_days

from ml import metrics
from ml.tasks import Judged

PROJECT = Path(__file__).parents[3]


def predictors(table: Table) -> dict[str, list[str]]:
    """Who is judged, by data set, in the order written."""
    found: dict[str, list[str]] = {}
    for data, predictor, *_ in table.lines:
        found.setdefault(data, []).append(predictor)
    return found


def documented() -> str:
    text = (PROJECT / "docs" / "predictions.md").read_text(encoding="utf-8")
    return text.partition(ml_recipes.BEGIN)[2].partition(ml_recipes.END)[0]


def headers(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(("**", "| data |"))]


@pytest.fixture(scope="module")
def transactions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("transactions") / "orders.parquet"
    days = buying_days(700, 400)
    connection = duckdb.connect()
    connection.register("days", days)
    connection.sql(
        "SELECT customer_id AS customer, ROW_NUMBER() OVER () AS order, order_date AS time,"
        " net_revenue_amount AS amount FROM days"
    ).write_parquet(str(path))
    return path


def test_the_document_has_the_tables_that_the_command_prints(
    transactions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ml_recipes.main([str(transactions), "--horizons", "90", "--cutoffs", "1"])
    printed = capsys.readouterr().out
    assert headers(documented()) == headers(printed)
    kept, ours = read_tables(documented()), read_tables(printed)
    assert list(kept) == list(ours) == [layout.title for layout in LAYOUTS]
    for title, table in ours.items():
        (names,) = predictors(table).values()
        for data, theirs in predictors(kept[title]).items():
            assert [name for name in theirs if "oracle" not in name] == names, (title, data)
        assert len({len(line) for line in [*table.lines, *kept[title].lines]}) == 1
        assert len(kept[title].notes) == len(predictors(kept[title]))


def test_the_document_has_every_data_set_and_horizon() -> None:
    kept = read_tables(documented())
    assert set(predictors(kept["Value"])) == {
        "Online Retail II, 90 d",
        "Online Retail II, 180 d",
        "CDNOW sample, 90 d",
        "CDNOW sample, 180 d",
        "simulated shop, 90 d",
        "simulated shop, 180 d",
        "simulated shop, 365 d",
    }
    judged_by_truth = {
        data
        for table in kept.values()
        for data, names in predictors(table).items()
        if "oracle" in names
    }
    assert judged_by_truth == {
        "simulated shop, 60 d",
        "simulated shop, 90 d",
        "simulated shop, 180 d",
        "simulated shop, 365 d",
    }


def table(*data: str) -> Table:
    return Table([[name, "recipe"] for name in data], [f"{name}: noted" for name in data])


def test_the_lines_of_other_data_sets_are_kept(tmp_path: Path) -> None:
    first, second = LAYOUTS[0].title, LAYOUTS[1].title
    old = {first: table("Shop A, 90 d", "Shop A, 180 d"), second: table("Shop A, 60 d")}
    document = tmp_path / "predictions.md"
    document.write_text(f"before\n{ml_recipes.BEGIN}{text_of(old)}{ml_recipes.END}after\n")
    ml_recipes._write({first: table("Shop A, 90 d")}, document)
    text = document.read_text()
    assert text.startswith(f"before\n{ml_recipes.BEGIN}**{first}**\n\n| data |")
    assert text.endswith(f"{ml_recipes.END}after\n")
    expected = {first: table("Shop A, 180 d", "Shop A, 90 d"), second: table("Shop A, 60 d")}
    assert read_tables(text) == expected


def test_what_was_judged_is_kept_until_code_or_data_change(tmp_path: Path) -> None:
    source, calls = tmp_path / "recipe.py", []
    source.write_text("first = 1")

    def judge() -> Found:
        calls.append(1)
        truth = np.arange(3.0) + len(calls)
        names = np.array(["a", "b", "c"], dtype=object)
        return {"revenue": Judged(truth, {"model": truth}, names, {"mae": metrics.mae}, {"x": 1.0})}

    def found(*key: object) -> float:
        one = cache_of(tmp_path / "kept", source).get(key, judge)["revenue"]
        assert (one.facts, list(one.customers)) == ({"x": 1.0}, ["a", "b", "c"])
        return float(one.truth[0])

    assert [found("clv", "data"), found("clv", "data"), found("clv", "other")] == [1, 1, 2]
    source.write_text("first = 2")
    assert found("clv", "data") == 3
    assert Cache(None).get(("clv", "data"), judge)["revenue"].truth[0] == 4
    assert not list((tmp_path / "kept").glob("*.tmp"))


def test_the_days_of_a_large_shop_are_as_many_as_asked_for_and_the_same_again() -> None:
    orders = ml_scale._days_of(range(5000, 7000), 10.0)
    assert len(orders) == pytest.approx(20_000, rel=0.03)
    assert set(orders["customer"]) == set(range(5000, 7000))
    assert orders["day"].between(0, ml_scale.HISTORY_DAYS - 1).all()
    assert (orders["amount"] >= 1).all()
    # More in the season, and the most in the hands of a few.
    in_season = (orders["day"] % 365).between(*ml_scale.SEASON_DAYS)
    assert in_season.mean() > 1.3 * (ml_scale.SEASON_DAYS[1] - ml_scale.SEASON_DAYS[0]) / 365
    counts = orders.groupby("customer").size().sort_values()
    assert counts.tail(200).sum() > 0.25 * len(orders)
    again = ml_scale._days_of(range(5000, 7000), 10.0)
    assert orders.equals(again)


def test_the_lines_of_a_large_shop_are_recommended_by_taste(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATRON_MEMORY_LIMIT", "1GB")
    ml_scale.make_days(tmp_path, 2000, 20_000)
    ml_scale.make_lines(tmp_path, 500)
    ml_scale.recommend(tmp_path)
    with duckdb.connect(str(tmp_path / "data" / "published.duckdb")) as connection:
        lines, orders, products = connection.execute(
            "SELECT COUNT(*), COUNT(DISTINCT order_id), COUNT(DISTINCT product_id)"
            " FROM intermediate.int_order_items"
        ).fetchall()[0]
        made = connection.execute("SELECT SUM(order_count) FROM intermediate.int_customer_days")
        assert (lines, orders) == (2 * orders, made.fetchall()[0][0])
        assert 450 < products <= 500
        # By chance one in fifty were of the own taste, of which most is bought already.
        own = connection.execute(
            "SELECT AVG((SPLIT_PART(product_id, '-', 2)::INT // 10"
            f" = HASH(customer_id) % {ml_scale.TASTES})::INT)"
            " FROM ml.product_recommendations WHERE kind = 'new' AND place <= 2"
        ).fetchall()[0][0]
        assert own > 0.2
