"""Numbers that move raise their alerts: customers, metrics, predictions, quality of the data."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pytest
from sqlglot import exp

from operate.monitor.watch import watch
from operate.record import ensure_tables
from patron.shop import Shop
from tests.support.built_shop import BuiltShop, load, model_named, simulated
from tests.support.command import patron_or_fail
from tests.support.python_models import is_python, python_model
from tests.support.receivers import Team

MORNING = datetime.fromisoformat("2026-03-01T06:00")
PREDICTIONS = "intermediate.int_customer_predictions"
NUMBERS = ("marts.mart_customer_analytics", "marts.mart_kpis", "quality.metric_definitions")
QUALITY = ("quality.quality_scores", "quality.control_charts")
# Tables that are there without having been built: no customer is scored, and no audit was run.
GIVEN = {PREDICTIONS, "quality.model_runs", "quality.audit_results"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltShop:
    """A simulated shop with the numbers that the monitor looks at."""
    size = ("--customers", "300", "--orders", "3000", "--days", "400")
    shop = simulated(tmp_path_factory.mktemp("business"), *size)
    types = model_named(PREDICTIONS).columns_to_types or {}
    columns = ", ".join(f"{name} {kind.sql('duckdb')}" for name, kind in types.items())
    shop.connection.execute(f"CREATE TABLE {PREDICTIONS} ({columns})")
    ensure_tables(shop.connection)
    shop.built |= GIVEN
    shop.build(*NUMBERS, *QUALITY)
    return shop


@pytest.fixture
def people(shop: Shop, receivers: Team, monkeypatch: pytest.MonkeyPatch) -> Team:
    """Those who are told of the shop's alerts."""
    receivers.join(shop.root, monkeypatch)
    return receivers


def parents(name: str) -> set[str]:
    if is_python(name):
        return set(python_model(name).parents)
    tables = (exp.to_table(one, dialect="duckdb") for one in model_named(name).depends_on)
    return {f"{table.db}.{table.name}" for table in tables}


def reading(built: BuiltShop, changed: str) -> list[str]:
    """The models that are made of a table, by one step or many."""
    above = {name: parents(name) for name in built.built - GIVEN}
    found = {changed}
    while more := {name for name in above if name not in found and above[name] & found}:
        found |= more
    return sorted(found - {changed})


def change(built: BuiltShop, table: str, sql: str) -> None:
    """Change the rows of a raw table, and build again all that is made of them."""
    built.connection.execute(sql)
    built.rebuild(*reading(built, table))


def publish(shop: Shop, built: BuiltShop, *tables: str) -> None:
    """Tables as readers have them."""
    shop.published.unlink(missing_ok=True)
    built.connection.execute(f"ATTACH '{shop.published}' AS copy; CREATE SCHEMA copy.marts;"
                             " CREATE SCHEMA copy.quality")  # fmt: skip
    for name in tables:
        built.connection.execute(f"CREATE TABLE copy.{name} AS FROM {name}")
    built.connection.execute("DETACH copy")


def events(shop: Shop, people: Team) -> set[str]:
    """What people are told now, by webhook and by mail."""
    report = watch(shop, MORNING)
    assert len(people.told()) == len(report.events)
    return {f"{one.event} {one.alert['alert_key']}" for one in report.events}


def test_a_metric_that_misses_its_target_and_reaches_it_again(
    shop: Shop, built: BuiltShop, people: Team
) -> None:
    publish(shop, built, *NUMBERS)
    assert "raised kpi:on_time_rate" not in events(shop, people)
    late = "UPDATE raw.shipments SET delivered_at = delivered_at {} INTERVAL 30 DAY"
    change(built, "raw.shipments", late.format("+"))
    publish(shop, built, *NUMBERS)
    assert "raised kpi:on_time_rate" in events(shop, people)
    assert events(shop, people) == set(), "once"
    change(built, "raw.shipments", late.format("-"))
    publish(shop, built, *NUMBERS)
    assert "cleared kpi:on_time_rate" in events(shop, people)


def deliver(built: BuiltShop, *tables: str) -> None:
    """Load what is new in the files of tables, and build again what quality is judged by."""
    load(built)
    above, models = set(QUALITY), built.built - GIVEN
    while more := {one for name in above for one in parents(name) & models} - above:
        above |= more
    changed = {one for table in (*tables, "raw.load_log") for one in reading(built, table)}
    built.rebuild(*sorted(above & changed))


def resend(built: BuiltShop, name: str, columns: str) -> None:
    """Another export of all orders, the newest of all, with other values in some columns."""
    orders = built.files / "orders"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * REPLACE ({columns}) FROM '{orders}/0000-initial.parquet')"
            f" TO '{orders}/{name}.parquet'"
        )


def test_an_export_that_loses_its_columns_lowers_the_score_of_its_table(
    shop: Shop, built: BuiltShop, people: Team
) -> None:
    publish(shop, built, *QUALITY)
    assert "quality_score:raw.orders" not in " ".join(events(shop, people))
    lost = ("payment_method", "shipping_method", "shipping_country", "shipping_state",
            "shipping_amount", "tax_amount")  # fmt: skip
    columns = [f"CASE WHEN right(order_id, 1) < '2' THEN {name} END AS {name}" for name in lost]
    resend(built, "0000-lost", f"{', '.join(columns)}, updated_at + INTERVAL 1 DAY AS updated_at")
    deliver(built, "raw.orders")
    publish(shop, built, *QUALITY)
    assert "raised quality_score:raw.orders" in events(shop, people)
    assert events(shop, people) == set(), "once"
    resend(built, "0000-whole", "updated_at + INTERVAL 2 DAY AS updated_at")
    deliver(built, "raw.orders")
    publish(shop, built, *QUALITY)
    assert "cleared quality_score:raw.orders" in events(shop, people)


def test_a_stream_that_delivers_nothing_for_a_day_is_out_of_control(
    shop: Shop, built: BuiltShop, people: Team
) -> None:
    publish(shop, built, *QUALITY)
    key = "control_chart:raw.web_sessions row count"
    assert f"raised {key}" not in events(shop, people)
    patron_or_fail(built.files.parents[1], "simulate", "advance", "--days", "1")
    (sessions,) = (built.files / "web_sessions").glob("0001-*")
    away = sessions.rename(built.files.parent / sessions.name)
    deliver(built, "raw.orders", "raw.web_sessions")
    publish(shop, built, *QUALITY)
    assert f"raised {key}" in events(shop, people)
    assert events(shop, people) == set(), "once"
    away.rename(sessions)
    deliver(built, "raw.web_sessions")
    publish(shop, built, *QUALITY)
    assert f"cleared {key}" in events(shop, people)


def test_customers_who_leave_and_come_back(shop: Shop, built: BuiltShop, people: Team) -> None:
    publish(shop, built, *NUMBERS)
    assert {"raised kpi:high_risk_share", "raised kpi:customer_health"} <= events(shop, people)
    # Everybody orders again on the last day, and often.
    back = """
        INSERT INTO raw.orders BY NAME
        WITH last_orders AS (
          FROM raw.orders
          QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at, order_id) = 1
        )
        SELECT * EXCLUDE (n) REPLACE (
          order_id || '-' || n AS order_id, 'delivered' AS order_status, 500 AS order_amount,
          TIMESTAMP '2026-02-28 10:00' + TO_MINUTES(n) AS ordered_at
        )
        FROM last_orders CROSS JOIN (SELECT range AS n FROM range(12))
    """
    change(built, "raw.orders", back)
    publish(shop, built, *NUMBERS)
    assert {"cleared kpi:high_risk_share", "cleared kpi:customer_health"} <= events(shop, people)
