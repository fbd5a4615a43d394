"""Features know what was known, training and scoring see the same, and tables equal a rebuild."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import md5

import duckdb
import numpy as np
import pandas as pd
import pytest
from prediction_data import (
    START,
    TABLES,
    build,
    buying_days,
    load_days,
    query,
    set_as_of,
    with_days,
)

from ml.panel import PanelReader, Split

CUTOFF = date(2026, 1, 1)
DAYS = buying_days(300, 500, seed=2)


@pytest.fixture
def shop_tables() -> duckdb.DuckDBPyConnection:
    connection = with_days(DAYS)
    build(connection)
    return connection


def rows(connection: duckdb.DuckDBPyConnection, table: str, cutoff: date) -> pd.DataFrame:
    return connection.execute(
        f"SELECT * FROM ml.{table} WHERE cutoff_date = ? ORDER BY customer_id", [cutoff]
    ).df()


def knows_the_future(connection: duckdb.DuckDBPyConnection, features: str, cutoff: date) -> bool:
    """Whether the features of a cutoff change when everything from the cutoff on is deleted."""
    before = connection.execute(
        f"SELECT * FROM ({features}) WHERE cutoff_date = ? ORDER BY customer_id", [cutoff]
    ).df()
    assert len(before) > 100
    connection.execute("BEGIN")
    connection.execute("DELETE FROM intermediate.int_customer_days WHERE order_date >= ?", [cutoff])
    after = connection.execute(
        f"SELECT * FROM ({features}) WHERE cutoff_date = ? ORDER BY customer_id", [cutoff]
    ).df()
    connection.execute("ROLLBACK")
    return not before.equals(after)


@pytest.mark.parametrize("cutoff", [date(2025, 4, 1), CUTOFF, date(2026, 3, 1)])
def test_features_know_nothing_of_what_comes(
    shop_tables: duckdb.DuckDBPyConnection, cutoff: date
) -> None:
    assert not knows_the_future(shop_tables, query("customer_features"), cutoff)


OWN_DAY = ('< "cutoffs"."cutoff_date"', '<= "cutoffs"."cutoff_date"')
LATER = (
    '(SELECT COUNT(*) FROM intermediate.int_customer_days AS "later"'
    ' WHERE "later"."customer_id" = "days_before_cutoff"."customer_id")'
)
ALL_ORDERS = ('SUM("item_count")', LATER)


@pytest.mark.parametrize("leak", [OWN_DAY, ALL_ORDERS], ids=["the cutoff's own day", "all orders"])
def test_a_planted_leak_is_caught(
    shop_tables: duckdb.DuckDBPyConnection, leak: tuple[str, str]
) -> None:
    honest = query("customer_features")
    assert leak[0] in honest
    leaky = honest.replace(*leak)
    assert knows_the_future(shop_tables, leaky, CUTOFF)


def test_training_and_scoring_see_the_same(shop_tables: duckdb.DuckDBPyConnection) -> None:
    then = rows(shop_tables, "customer_features", CUTOFF)
    set_as_of(shop_tables, CUTOFF)
    build(shop_tables)
    now = rows(shop_tables, "customer_features_now", CUTOFF)
    pd.testing.assert_frame_equal(then, now, check_exact=True)
    assert len(then) > 100


SKEWED = [
    ('"age_days" <= 30', '"age_days" < 30'),
    ("EXP(-", "EXP(-1.000001 * "),
    ("BETWEEN 276 AND 365", "BETWEEN 275 AND 365"),
]


@pytest.mark.parametrize("skew", SKEWED, ids=["a day less", "another decay", "another season"])
def test_a_scoring_row_that_differs_from_trainings_is_caught(
    shop_tables: duckdb.DuckDBPyConnection, skew: tuple[str, str]
) -> None:
    then = rows(shop_tables, "customer_features", CUTOFF)
    set_as_of(shop_tables, CUTOFF)
    shop_tables.execute(f"CREATE OR REPLACE TABLE ml.feature_cutoffs AS {query('feature_cutoffs')}")
    honest = query("customer_features_now")
    assert skew[0] in honest
    skewed = honest.replace(*skew)
    now = shop_tables.execute(f"SELECT * FROM ({skewed}) ORDER BY customer_id").df()
    assert len(now) == len(then)
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(then, now, check_exact=True)


def test_features_of_a_customer_by_hand(shop_tables: duckdb.DuckDBPyConnection) -> None:
    features = rows(shop_tables, "customer_features", CUTOFF).set_index("customer_id")
    known = DAYS[DAYS["order_date"] < CUTOFF]
    for customer, days in list(known.groupby("customer_id"))[:40]:
        found = features.loc[customer]
        age = np.array([(CUTOFF - day).days for day in days["order_date"]])
        spent = days["net_revenue_amount"].to_numpy()
        gaps = np.diff(np.sort(days["order_date"].map(date.toordinal)))
        assert found["repeat_days"] == len(days) - 1
        assert (found["recency_days"], found["tenure_days"]) == (age.min(), age.max())
        assert found["spend_amount_90d"] == pytest.approx(spent[age <= 90].sum())
        assert found["decayed_spend_amount_180d"] == pytest.approx(
            (spent * np.exp(-age / 180)).sum(), abs=1e-4
        )
        assert found["decayed_orders_30d"] == pytest.approx(np.exp(-age / 30).sum(), abs=1e-7)
        season = (age > 275) & (age <= 365)
        assert found["same_season_spend_amount"] == pytest.approx(spent[season].sum())
        if len(gaps) >= 2:
            assert found["stddev_gap_days"] == pytest.approx(np.std(gaps, ddof=1))
        assert found["discounted_share"] == pytest.approx(days["discounted_order_count"].mean())


def test_labels_are_what_the_features_do_not_know(shop_tables: duckdb.DuckDBPyConnection) -> None:
    labels = rows(shop_tables, "customer_labels", date(2025, 11, 1))
    labels = labels[labels["horizon_days"] == 90].set_index("customer_id")
    end = date(2025, 11, 1) + timedelta(days=90)
    later = DAYS[(DAYS["order_date"] >= date(2025, 11, 1)) & (DAYS["order_date"] < end)]
    spent = later.groupby("customer_id")["net_revenue_amount"].sum()
    known = set(DAYS[DAYS["order_date"] < date(2025, 11, 1)]["customer_id"])
    assert set(labels.index) == known
    for customer, label in labels.iterrows():
        assert float(label["net_revenue_amount"]) == pytest.approx(spent.get(customer, 0.0))


def test_of_many_customers_the_history_keeps_the_lowest_hashes() -> None:
    connection = with_days(DAYS)
    build(connection)
    everybody = {name: connection.table(f"ml.{name}").df() for name in TABLES}
    build(connection, training_customers=60)
    cutoffs = everybody["feature_cutoffs"].query("not is_current").set_index("cutoff_date")
    halvings = np.maximum(0, np.floor(np.log2(cutoffs["customer_count"] / 60))).astype(int)
    assert set(halvings) == {0, 1, 2}
    for name in ("customer_features", "customer_labels"):
        found = everybody[name]
        digits = found["customer_id"].map(lambda key: int(md5(key.encode()).hexdigest()[:8], 16))
        expected = found[digits * 2 ** found["cutoff_date"].map(halvings) < 2**32]
        sampled = connection.table(f"ml.{name}").order("ALL").df()
        pd.testing.assert_frame_equal(sampled, _sorted(connection, expected), check_exact=True)
        assert 0.2 < len(sampled) / len(found) < 0.6
    now = connection.table("ml.customer_features_now").order("ALL").df()
    pd.testing.assert_frame_equal(now, _sorted(connection, everybody["customer_features_now"]))


def test_training_reads_the_same_customers_from_a_sample() -> None:
    """Those with the lowest hashes, which a sample of no fewer customers holds."""
    connection = with_days(DAYS)
    split = Split(60, (date(2025, 4, 1), CUTOFF), (), ())
    build(connection)
    from_all = PanelReader(connection, max_customers=50).read(split)
    build(connection, training_customers=60)
    from_sample = PanelReader(connection, max_customers=50).read(split)
    assert from_sample.fingerprint == from_all.fingerprint
    assert from_sample.frame.groupby("cutoff_date").size().tolist() == [50, 50]


def _sorted(connection: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> pd.DataFrame:
    return connection.sql("SELECT * FROM frame ORDER BY ALL").df()


@pytest.mark.parametrize("training_customers", [50_000, 73])
def test_tables_grown_day_by_day_equal_those_made_at_once(training_customers: int) -> None:
    """Law 1, with the window of months moving on, late orders included (lookback of 7 days).

    With 73 the share that is kept of a cutoff halves again when a late order brings the 292nd
    customer, a day after the cutoff was made.
    """
    grown = with_days(DAYS.iloc[:0])
    for name in TABLES:
        grown.execute(f"CREATE TABLE ml.{name} AS {query(name)} LIMIT 0")
    first, last = date(2026, 2, 22), date(2026, 3, 8)
    late = DAYS.sample(frac=0.1, random_state=1).index
    delay = np.where(DAYS.index.isin(late), 3, 0)
    arrival = (pd.to_datetime(DAYS["order_date"]) + pd.to_timedelta(delay, "D")).dt.date
    shares = set()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        _load(grown, DAYS[arrival <= day], day + timedelta(days=1))
        start = START if number == 0 else (day - timedelta(days=7)).isoformat()
        for name in TABLES:
            _process(grown, name, start, day.isoformat(), training_customers)
        shares |= set(
            grown.execute(
                "SELECT sample_halvings FROM ml.feature_cutoffs WHERE cutoff_date = '2026-03-01'"
                " AND NOT is_current"
            ).fetchall()
        )
    assert shares == ({(0,)} if training_customers > 300 else {(1,), (2,)})
    at_once = with_days(DAYS[arrival <= last], last + timedelta(days=1))
    build(at_once, training_customers=training_customers)
    for name in TABLES:
        one = grown.execute(f"SELECT * FROM ml.{name} ORDER BY ALL").df()
        other = at_once.execute(f"SELECT * FROM ml.{name} ORDER BY ALL").df()
        pd.testing.assert_frame_equal(one, other, check_exact=True)
        assert len(one)


def _load(connection: duckdb.DuckDBPyConnection, arrived: pd.DataFrame, as_of: date) -> None:
    load_days(connection, arrived)
    set_as_of(connection, as_of)


def _process(
    connection: duckdb.DuckDBPyConnection, name: str, start: str, end: str, training_customers: int
) -> None:
    """What SQLMesh does for an interval: the model's pre-statement, delete, insert."""
    column = {"customer_features": "snapshot_date", "customer_labels": "label_date"}.get(name)
    if column is None:
        whole = query(name, training_customers=training_customers)
        connection.execute(f"CREATE OR REPLACE TABLE ml.{name} AS {whole}")
        return
    connection.execute(
        f"DELETE FROM ml.{name} WHERE cutoff_date < (SELECT MIN(cutoff_date) FROM"
        " ml.feature_cutoffs)"
    )
    connection.execute(f"DELETE FROM ml.{name} WHERE {column} BETWEEN '{start}' AND '{end}'")
    rows = query(name, start, end, training_customers=training_customers)
    connection.execute(f"INSERT INTO ml.{name} {rows}")
