"""A killed erasure is completed by calling it again, wherever it was killed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from forgettable import HER_EMAIL, HER_ID, add_models, where_she_is, write_shop

from ingest.run import ingest_all
from operate.forget import forget
from operate.forget_files import DRAFT_SUFFIX
from operate.forget_journal import is_unfinished, journal_path
from operate.reconcile import check
from operate.transform import run_prod
from patron.cli import patron
from patron.shop import Shop
from tests.support.forks import forks

NIGHT = "2025-01-12T01:00:00"
CHILD = """
import os, signal, sys
import operate.forget, operate.forget_files, operate.forget_fresh, operate.forget_tables
import operate.reconcile
from pathlib import Path
from patron.shop import Shop

place, left = sys.argv[2], int(sys.argv[3])
module, _, name = place.rpartition(".")
owner = sys.modules[module]
original = getattr(owner, name)

def die_after_some(*arguments, **options):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments, **options)

setattr(owner, name, die_after_some)
shop = Shop(Path(sys.argv[1]), Path(sys.argv[5]))
asked = operate.forget.whom(shop, [sys.argv[4]], requested=False)
operate.forget.forget(shop, asked, execution_time=sys.argv[6])
"""


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = write_shop(tmp_path_factory.mktemp("loaded") / "shop")
    ingest_all(shop)
    return shop


@pytest.fixture
def loaded(loaded_once: Shop, tmp_path: Path) -> Shop:
    subprocess.run(["cp", "-rp", str(loaded_once.root), str(tmp_path / "shop")], check=True)
    return Shop(root=tmp_path / "shop", project=loaded_once.project)


def counts(shop: Shop) -> list[tuple[int, ...]]:
    with duckdb.connect(str(shop.warehouse), read_only=True) as connection:
        return connection.execute(
            "SELECT (SELECT COUNT(*) FROM raw.customers), (SELECT COUNT(*) FROM raw.orders),"
            " (SELECT SUM(order_amount) FROM raw.orders), (SELECT COUNT(*) FROM raw.rejected_rows)"
        ).fetchall()


def kill_at(shop: Shop, place: str, number: int) -> None:
    arguments = [str(shop.root), place, str(number), HER_ID, str(shop.project), NIGHT]
    environment = {**os.environ, "PATRON_SHOP": str(shop.root)}
    done = forks().run(("-c", CHILD, *arguments), shop.project, environment, seconds=300)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize(
    ("place", "number"),
    [
        pytest.param("operate.forget_tables._remember", 1, id="in the transaction"),
        pytest.param("operate.forget_fresh.flush", 1, id="before the new warehouse is in place"),
        pytest.param("operate.forget_files.flush", 1, id="before a file is renamed"),
        pytest.param("operate.forget_files.flush", 6, id="between files"),
        pytest.param("operate.forget.what_is_left", 1, id="before the search"),
    ],
)
def test_calling_again_completes_it(loaded: Shop, place: str, number: int) -> None:
    before = counts(loaded)
    kill_at(loaded, place, number)
    journal = journal_path(loaded)
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert HER_EMAIL in journal.read_text("utf-8")
    ask = CliRunner()
    assert (
        "an erasure was interrupted"
        in ask.invoke(patron, ["--shop", str(loaded.root), "status"]).output
    )
    ingest_all(loaded)
    answer = ask.invoke(patron, ["--shop", str(loaded.root), "forget"])
    assert answer.exit_code == 0, answer.output
    assert not is_unfinished(loaded)
    assert where_she_is(loaded.root) == []
    assert not list(loaded.root.rglob(f"*{DRAFT_SUFFIX}*"))
    assert counts(loaded) == before
    ingest_all(loaded)
    assert counts(loaded) == before


def test_before_anything_is_noted_nothing_has_changed(loaded: Shop) -> None:
    kill_at(loaded, "operate.forget.find_people", 1)
    assert not is_unfinished(loaded)
    answer = CliRunner().invoke(patron, ["--shop", str(loaded.root), "forget", HER_ID, "--yes"])
    assert answer.exit_code == 0, answer.output
    assert where_she_is(loaded.root) == []


def test_killed_while_models_are_built_again(tmp_path: Path) -> None:
    stock = add_models(tmp_path)
    shop = Shop(root=stock.shop, project=stock.project)
    ingest_all(shop)
    run_prod(shop, NIGHT)
    kill_at(shop, "operate.reconcile._forget_and_run", 1)
    assert is_unfinished(shop)
    done = forget(shop, {}, execution_time=NIGHT)
    assert (done.left, done.problem) == ((), None)
    assert where_she_is(shop.root) == []
    assert check(shop, NIGHT).stale == ()
