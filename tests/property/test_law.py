"""The law: after any history of loads, runs and reconciles, all is as if built from scratch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from history import FIRST, Cycle, History, Replace, Run, Send, histories
from hypothesis import given, note, seed
from scratch import Rows, Scratch, contents, copy_raw
from shop import LivingShop, declare
from streams import DAYS, FIRST_DAY, LAST_DAY, STREAMS
from warm import warm_rendering

from operate import reconcile, transform
from operate import reconcile_ledger as ledger
from operate.reconcile_assess import DIFFERS, LOADED, Stale
from operate.reconcile_models import load_production
from operate.reconcile_streams import Stream, judgement, listed, streams_of
from patron.shop import SHOP_VARIABLE, Shop, find_project
from tests.support.depth import at_night

pytestmark = pytest.mark.slow

# In CI the histories of a part are always the same.
PARTS = 3 if at_night() else 2
STAGED_AGAIN = """
INSERT INTO quality.model_runs
SELECT * REPLACE (
  '{environment}' AS environment, {table} AS physical_table, batch_number + 1000 AS batch_number
)
FROM quality.model_runs
WHERE model = 'staging.stg_orders' AND environment = 'prod' ORDER BY batch_number DESC LIMIT 1
"""
SETTINGS = ("PATRON_TIMEZONE", "PATRON_CURRENCY", "PATRON_MAX_REJECTED_SHARE")


class Law:
    """What every example begins with; no dataclass, for Hypothesis would print all of it.

    Attributes:
        empty: A shop without rows, planned on the first day.
        running: A shop with a row of everything, built a few days later.
        scratch: How to build everything from scratch.
    """

    def __init__(self, root: Path) -> None:
        shop = Shop(root / "empty", find_project())
        shop.data.mkdir(parents=True)
        declare(shop)
        transform.run_prod(shop, f"{FIRST_DAY.isoformat()}T01:00:00")
        self.empty = LivingShop(shop)
        self.running = self.empty.copy(root / "running")
        for step in FIRST:
            self.running.happen(step)
        self.running.happen(Run(4, is_whole=True))
        assert self.running.refused == 0
        self.scratch = Scratch.of(shop)

    def begin(self, root: Path, *, is_running: bool) -> LivingShop:
        """A copy of one of the shops."""
        return (self.running if is_running else self.empty).copy(root)


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Law]:
    root = tmp_path_factory.mktemp("law")
    with pytest.MonkeyPatch.context() as patch, warm_rendering():
        for name in SETTINGS:
            patch.delenv(name, raising=False)
        patch.setenv(SHOP_VARIABLE, str(root / "empty"))
        yield Law(root)


def shown(shop: Shop, scratch: Scratch) -> dict[str, Rows]:
    """What production shows."""
    with duckdb.connect(str(shop.warehouse), read_only=True) as connection:
        return contents(connection, scratch.tables)


def different(found: dict[str, Rows], expected: dict[str, Rows]) -> dict[str, list[str]]:
    """Where two builds differ, with the rows that only one of them has."""
    return {
        name: [
            *(f"has    {row}" for row in found[name] if row not in rows),
            *(f"misses {row}" for row in rows if row not in found[name]),
        ]
        for name, rows in expected.items()
        if found[name] != rows
    }


@pytest.mark.parametrize("part", range(PARTS))
def test_tables_equal_a_build_from_scratch(law: Law, part: int) -> None:
    @given(history=histories())
    def holds(history: History) -> None:
        with TemporaryDirectory() as folder:
            living = law.begin(Path(folder) / "shop", is_running=history.is_running)
            for step in history.steps:
                living.happen(step)
            living.end(is_compared=history.ends_compared)
            expected = law.scratch.build(living.shop.warehouse)
            wrong = different(shown(living.shop, law.scratch), expected)
        if not history.ends_compared:
            # A cycle leaves them to their schedule.
            wrong = {name: rows for name, rows in wrong.items() if name not in law.scratch.weekly}
        for name, rows in wrong.items():
            note("\n  ".join([name, *rows[:10]]))
        assert wrong == {}

    if not at_night():
        holds = seed(part)(holds)
    holds()


@pytest.fixture(scope="module")
def cycled(law: Law, tmp_path_factory: pytest.TempPathFactory) -> LivingShop:
    """A shop after a cycle of `patron run`."""
    living = law.begin(tmp_path_factory.mktemp("cycled") / "shop", is_running=True)
    assert built_load(living) is None, "nobody has compared yet"
    living.happen(Cycle(12))
    return living


def test_a_cycle_follows_what_was_loaded_to_the_days_that_a_comparison_finds(
    cycled: LivingShop, tmp_path: Path
) -> None:
    living = cycled.copy(tmp_path / "shop")
    for step in (
        Send("orders", ((1, 12, 1), (2, 0, 2), (3, 20, 3))),
        Send("order_items", ((0, 0, 1), (5, 9, 0))),
        Replace("customers", ((0, 0, 0), (1, 5, 1), (3, 9, 3))),
        Send("reviews", ((1, 3, 2),)),
    ):
        living.happen(step)
    compared = staged(reconcile.check(living.shop, living.moment))
    followed = staged(reconcile.mark(living.shop, living.moment))
    assert {one.reason for one in compared.values()} == {DIFFERS}
    assert {one.reason for one in followed.values()} == {LOADED}
    assert len(compared) > 3
    for model, one in compared.items():
        assert set(one.days) <= set(followed[model].days), model
    # A day too many costs little, all days would cost everything.
    assert sum(len(one.days) for one in followed.values()) < 60


def test_a_cycle_takes_refused_rows_from_the_days_they_have_left(
    cycled: LivingShop, tmp_path: Path
) -> None:
    living = cycled.copy(tmp_path / "shop")
    # Variant 2 has a negative amount; all these days are before the lookback of a run.
    living.happen(Send("payments", ((0, 1, 2), (1, 9, 2))))
    living.happen(Cycle(0))
    assert refused(living, "payments") == [("y0", DAYS[1]), ("y1", DAYS[9])]
    living.happen(Send("payments", ((0, 2, 0), (1, 10, 2))))
    assert built_load(living) is not None
    living.happen(Cycle(0))
    assert refused(living, "payments") == [("y1", DAYS[10])]
    assert staged(reconcile.check(living.shop, living.moment)) == {}


def test_few_rows_are_judged_as_the_view_judges_them_among_all(
    cycled: LivingShop, tmp_path: Path
) -> None:
    living = cycled.copy(tmp_path / "shop")
    for name, made in STREAMS.items():
        living.happen(Send(name, tuple((key, (key * 5) % 20, key % 4) for key in range(made.keys))))
    # Afterwards rows name what is not there, and there is other such.
    for gone in (
        "campaigns WHERE campaign_id",
        "customers WHERE customer_id",
        "orders WHERE order_id",
    ):
        write(living, f"DELETE FROM raw.{gone} LIKE '%1'")
    judged = []
    with transform.open_context(living.shop) as context:
        production = load_production(context, living.moment)
        assert production is not None
        cursor = context.engine_adapter.cursor
        streams = streams_of(production)
        for stream in streams.values():
            names = listed(("rowid", *stream.names))
            for rows in closed_sets(cursor, stream):
                chosen = f"SELECT {names} FROM raw.{stream.name} WHERE {rows}"
                cursor.execute(
                    "CREATE OR REPLACE TEMP TABLE rows AS"
                    f" SELECT rowid AS row, * EXCLUDE rowid FROM ({chosen})"
                )
                key = listed(stream.key)
                expected = cursor.execute(
                    f"SELECT {key}, event_date, rejection_reasons IS NULL FROM"
                    f" {stream.checked.table_name()} WHERE ({key}) IN (SELECT {key} FROM rows)"
                    " ORDER BY ALL"
                ).fetchall()
                query = judgement(production, stream, streams, "rows")
                assert cursor.execute(f"{query} ORDER BY ALL").fetchall() == expected, rows
                judged += expected
    verdicts = [is_good for *_, is_good in judged]
    assert min(verdicts.count(True), verdicts.count(False)) > 20


def closed_sets(cursor: Any, stream: Stream) -> list[str]:
    """Conditions for rows that are followed together: single ones, or all that name a parent."""
    found = []
    if stream.name not in stream.links.unlinked:
        rows = cursor.execute(f"SELECT rowid FROM raw.{stream.name}").fetchall()
        found += [f"rowid = {row}" for (row,) in rows]
    for link in stream.links.parents:
        named = cursor.execute(f"SELECT DISTINCT {link.column} FROM raw.{stream.name}").fetchall()
        found += [f"{link.column} = '{value}'" for (value,) in named if value is not None]
    return found


def refused(living: LivingShop, stream: str) -> list[tuple[str, date]]:
    """The refused rows of a stream with their days."""
    with duckdb.connect(str(living.shop.warehouse), read_only=True) as connection:
        return connection.execute(
            "SELECT row_key, event_date FROM quality.rejected_rows WHERE stream = ? ORDER BY ALL",
            [stream],
        ).fetchall()


def staged(found: reconcile.ReconcileResult) -> dict[str, Stale]:
    """What of staging is stale."""
    return {one.model: one for one in found.stale if one.model.startswith("staging.")}


def test_rows_are_followed_from_what_the_last_cycle_has_built(
    cycled: LivingShop, tmp_path: Path
) -> None:
    living = cycled.copy(tmp_path / "shop")
    last = built_load(living)
    assert last is not None
    living.happen(Send("orders", ((1, 12, 1),)))
    assert built_load(living) == last
    write(living, STAGED_AGAIN.format(environment="dev", table="physical_table || '__dev'"))
    assert built_load(living) == last, "a table for development is no matter of production"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(
            STAGED_AGAIN.format(environment="prod", table="physical_table"), id="a run of its own"
        ),
        pytest.param(
            STAGED_AGAIN.format(environment="dev", table="physical_table"), id="by development"
        ),
        pytest.param("INSERT INTO raw.erasures (customer_hash) VALUES ('x')", id="an erasure"),
        pytest.param("UPDATE operate.raw_built SET plan_id = 'another'", id="a plan"),
        pytest.param(
            "UPDATE operate.raw_built SET compared_at = compared_at - INTERVAL 7 DAY", id="a week"
        ),
        pytest.param("DELETE FROM raw.load_log", id="no record of loads"),
    ],
)
def test_rows_are_not_followed_where_staging_may_be_another(
    cycled: LivingShop, tmp_path: Path, statement: str
) -> None:
    living = cycled.copy(tmp_path / "shop")
    write(living, statement)
    assert built_load(living) is None


def write(living: LivingShop, statement: str) -> None:
    """Change the warehouse behind everybody's back."""
    with duckdb.connect(str(living.shop.warehouse)) as connection:
        connection.execute(statement)


def built_load(living: LivingShop) -> str | None:
    """From which load on a run would follow rows."""
    with transform.open_context(living.shop) as context:
        production = load_production(context, living.moment)
        assert production is not None
        ledger.ensure_tables(context.engine_adapter.cursor)
        return ledger.built_load(context.engine_adapter.cursor, production)


def test_only_products_and_baskets_are_built_weekly(law: Law) -> None:
    words = ("product", "basket", "recommendations")
    assert {name for name in law.scratch.weekly if not any(word in name for word in words)} == set()
    assert 0 < len(law.scratch.weekly) < len(law.scratch.tables) / 8


def test_the_plain_build_equals_a_real_plan(law: Law, tmp_path: Path) -> None:
    living = law.begin(tmp_path / "lived", is_running=True)
    living.happen(Send("orders", ((1, 12, 1), (2, 0, 2), (3, 20, 3))))
    living.happen(Replace("customers", ((0, 0, 0), (1, 5, 1), (3, 9, 3))))
    fresh = Shop(tmp_path / "fresh", living.shop.project)
    fresh.data.mkdir(parents=True)
    copy_raw(living.shop.warehouse, fresh.warehouse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SHOP_VARIABLE, str(fresh.root))
        transform.run_prod(fresh, f"{LAST_DAY.isoformat()}T01:00:00")
    expected = law.scratch.build(fresh.warehouse)
    assert different(shown(fresh, law.scratch), expected) == {}
    assert sum(bool(rows) for rows in expected.values()) > 40
