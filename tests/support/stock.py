"""A shop and a project for tests, driven by the stock `sqlmesh` command in real processes."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from operate.lineage import store
from operate.monitor.store import PUBLISHED_TABLES
from tests.support.forks import forks

CLONE = Path(__file__).parents[2]
SQLMESH_AT = Path(__file__).with_name("sqlmesh_at.py")
KILLED = -9
_HISTORY = re.compile(r"tags \([^)]*\bhistory\b")


@dataclass(frozen=True)
class Ended:
    """A process that ended."""

    code: int
    out: str
    err: str
    statements: int


@dataclass(frozen=True)
class Stock:
    """A project and a shop folder.

    Attributes:
        project: Where `config.yaml` is.
        shop: Where `data/` is.
    """

    project: Path
    shop: Path

    @property
    def warehouse(self) -> Path:
        return self.shop / "data" / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.shop / "data" / "published.duckdb"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATRON_SHOP": str(self.shop),
            "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true",
            "STATEMENT_COUNT_FILE": str(self.shop / "statements"),
        }

    def command(self, moment: str, *arguments: str, kill_before: int = 0) -> list[str]:
        return [sys.executable, str(SQLMESH_AT), moment, str(kill_before), *arguments]

    def sqlmesh(self, moment: str, *arguments: str, kill_before: int = 0) -> Ended:
        """Run `sqlmesh ARGUMENTS` at a moment, perhaps killed before one of its statements."""
        asked = (moment, str(kill_before), *arguments)
        done = forks().run(asked, self.project, self.environment, seconds=300)
        counted = self.shop / "statements"
        statements = int(counted.read_text()) if counted.exists() else 0
        return Ended(done.returncode, done.stdout, done.stderr, statements)

    def execute(self, sql: str) -> None:
        """Change the warehouse as a loader would."""
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def published_rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the published copy."""
        with duckdb.connect(str(self.published), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def copy(self, folder: Path) -> Stock:
        """The same project and shop, somewhere else."""
        shutil.copytree(self.project, folder / "project")
        shutil.copytree(self.shop, folder / "shop")
        return Stock(folder / "project", folder / "shop")

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that production shows, and what readers see of it, in a fixed order."""
        shown = _contents(self.warehouse, "duckdb_views() WHERE NOT internal", "view_name")
        copied = _contents(self.published, "duckdb_tables()", "table_name")
        happened = {f"quality.{name}" for name in history_views()}
        return {f"warehouse.{key}": rows for key, rows in shown.items() if key not in happened} | {
            f"published.{key}": rows
            for key, rows in copied.items()
            if not _is_record(key) and key not in happened
        }


def _contents(path: Path, source: str, name: str) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        listed = connection.execute(
            f"SELECT schema_name, {name} FROM {source} ORDER BY ALL"
        ).fetchall()
        return {
            f"{schema}.{table}": connection.execute(
                f'SELECT * FROM "{schema}"."{table}" ORDER BY ALL'
            ).fetchall()
            for schema, table in listed
            if not schema.startswith("sqlmesh__")
        }


def history_views() -> set[str]:
    """The models of the clone that show what happened, which no two runs have alike."""
    files = (CLONE / "models" / "quality").glob("*.sql")
    return {path.stem for path in files if _HISTORY.search(path.read_text(encoding="utf-8"))}


def _is_record(key: str) -> bool:
    known = ("quality.model_runs", "quality.audit_results", "quality.publication")
    tables = (*store.TABLES, *PUBLISHED_TABLES)
    return key.startswith(known) or key in {f"quality.{table}" for table in tables}


def small_project(folder: Path) -> Stock:
    """The project beside tests/integration/operate with the hooks of the clone, and 240 sales."""
    project, shop = folder / "project", folder / "shop"
    shutil.copytree(CLONE / "tests" / "integration" / "operate" / "project", project)
    hooks = {"macros": ("begin_run.py", "end_run.py"), "materializations": ("lifecycle.py",)}
    for room, names in hooks.items():
        (project / room).mkdir()
        (project / room / "__init__.py").touch()
        for name in names:
            shutil.copy(CLONE / room / name, project / room)
    (shop / "data").mkdir(parents=True)
    stock = Stock(project, shop)
    stock.execute(
        """
        CREATE SCHEMA source;
        CREATE TABLE source.sales AS
        SELECT
          i::BIGINT AS sale_id, DATE '2025-01-01' + (i % 12)::INT AS day,
          (i % 7)::BIGINT AS customer_id, (i % 10)::DECIMAL(12, 2) AS amount
        FROM RANGE(240) AS t(i)
        """
    )
    return stock
