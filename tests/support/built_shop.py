"""A simulated shop whose models are built plainly: each query as one CREATE TABLE, parents first.

No plan, no state and no audits, and only the models that are asked for, so that it takes seconds.
"""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
from sqlglot import exp
from sqlmesh.core.dialect import parse
from sqlmesh.core.model import Model, load_sql_based_models

from tests.support.definitions import (
    PROJECT,
    SCHEMAS,
    audits,
    macro_registry,
    variables,
)
from tests.support.python_models import is_python, python_model

START, END = "2000-01-01", "2035-12-31"
_LOAD = """
import sys
from pathlib import Path
from ingest.run import ingest_all
from patron.shop import find_shop
shop = find_shop(Path(sys.argv[1]))
shop.activate()
ingest_all(shop)
"""


@dataclass
class BuiltShop:
    """Tables of a shop in a database, and how to make more of them.

    Attributes:
        connection: The database; loaded tables are in schema `raw`.
        folder: The shop.
        built: Names of the models that were built.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path
    built: set[str] = field(default_factory=set)

    @property
    def truth(self) -> Path:
        """The folder of what the simulator knows."""
        return self.folder / "data" / "truth"

    @property
    def files(self) -> Path:
        """The folder of what the shop delivers, by stream."""
        return self.folder / "data" / "shop"

    def build(self, *names: str) -> None:
        """Build models, such as `marts.dim_products`, and what they read, once each."""
        for name in names:
            if name in self.built or name.startswith("raw."):
                continue
            if is_python(name):
                self._build_python(name)
                continue
            model = model_named(name)
            self.build(*sorted(_plain(parent) for parent in model.depends_on))
            kind = "VIEW" if model.kind.is_view else "TABLE"
            self.connection.execute(f"CREATE OR REPLACE {kind} {name} AS {_query(model)}")
            self.built.add(name)

    def _build_python(self, name: str) -> None:
        found = python_model(name)
        self.build(*sorted(found.parents))
        rows = found.rows(self.connection)
        columns = ", ".join(
            f"{column}::{kind} AS {column}" for column, kind in found.columns.items()
        )
        self.connection.register("python_rows", rows)
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT {columns} FROM python_rows"
        )
        self.connection.unregister("python_rows")
        self.built.add(name)

    def rebuild(self, *names: str) -> None:
        """Build models again, without what they read."""
        self.built -= set(names)
        self.build(*names)

    def failing_audits(self, name: str) -> list[str]:
        """The audits of a model that find something, those that only warn too."""
        model, failing = model_named(name), []
        for audit, arguments in model.audits_with_args:
            query = model.render_audit_query(audit, **arguments)
            for table in query.find_all(exp.Table):
                table.set("catalog", None)
                if table.db.startswith("sqlmesh__"):
                    table.replace(exp.to_table(name))
            if self.connection.execute(query.sql(dialect="duckdb")).fetchall():
                failing.append(audit.name)
        return failing


def simulated(folder: Path, *options: str) -> BuiltShop:
    """Simulate a shop in a folder and load it with the loader."""
    _simulate(folder, *options)
    return loaded(folder)


def _simulate(folder: Path, *options: str) -> None:
    patron = (sys.executable, "-c", "from patron.cli import main; main()", "--shop", str(folder))
    for command in (
        (*patron, "simulate", "--end", "2026-03-01", *options),
        (*patron, "init", "--mapping", "shop_simulator", "--path", "data/shop"),
        (sys.executable, "-c", _LOAD, str(folder)),
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=300)


def simulated_again(*options: str) -> BuiltShop:
    """The same; whoever asked before in this process had it simulated and loaded."""
    return loaded(_simulated(*options))


@cache
def _simulated(*options: str) -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    _simulate(folder, *options)
    return folder


def loaded(folder: Path) -> BuiltShop:
    """The raw tables of a shop that was loaded, copied into a database in memory."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for schema in SCHEMAS:
        connection.execute(f"CREATE SCHEMA {schema}")
    shop = BuiltShop(connection, folder)
    _copy_raw(shop)
    return shop


def load(shop: BuiltShop) -> None:
    """Load what the shop delivered since, with the loader; the raw tables are as it leaves them."""
    command = (sys.executable, "-c", _LOAD, str(shop.folder))
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    _copy_raw(shop)


def _copy_raw(shop: BuiltShop) -> None:
    warehouse = shop.folder / "data" / "warehouse.duckdb"
    shop.connection.execute(f"ATTACH '{warehouse}' AS shop (READ_ONLY)")
    tables = shop.connection.execute(
        "SELECT table_name FROM duckdb_tables()"
        " WHERE database_name = 'shop' AND schema_name = 'raw'"
    ).fetchall()
    for (table,) in tables:
        shop.connection.execute(f"CREATE OR REPLACE TABLE raw.{table} AS FROM shop.raw.{table}")
    shop.connection.execute("DETACH shop")


@cache
def model_named(name: str) -> Model:
    """A SQL model of the project, such as `marts.dim_products`; the others are not read."""
    schema, table = name.split(".")
    folder = PROJECT / "models" / schema
    for path in (*folder.rglob(f"{table}.sql"), *_blueprints(folder)):
        for model in models_of(path):
            if _plain(model.name) == name:
                return model
    raise LookupError(f"no model {name} below {folder}")


@cache
def models_of(path: Path) -> list[Model]:
    """The models of a file: one, or as many as its blueprint makes."""
    found: list[Model] = load_sql_based_models(
        parse(path.read_text(encoding="utf-8"), default_dialect="duckdb"),
        get_variables=lambda _: variables(),
        path=path,
        module_path=PROJECT,
        macros=macro_registry(),
        audit_definitions=audits(),
        dialect="duckdb",
    )
    return found


def _blueprints(folder: Path) -> list[Path]:
    paths = sorted(folder.rglob("*.sql"))
    return [path for path in paths if "blueprints (" in path.read_text(encoding="utf-8")]


def _plain(name: str) -> str:
    table = exp.to_table(name, dialect="duckdb")
    return f"{table.db}.{table.name}"


def _query(model: Model) -> str:
    if model.is_seed:
        path = (Path(str(model._path)).parent / str(model.kind.path)).resolve()
        columns = ", ".join(
            f"{n}::{t.sql('duckdb')} AS {n}" for n, t in model.columns_to_types.items()
        )
        return f"SELECT {columns} FROM READ_CSV('{path}', header = TRUE, all_varchar = TRUE)"
    query = model.render_query_or_raise(start=START, end=END, execution_time=END)
    for table in query.find_all(exp.Table):
        table.set("catalog", None)
    return query.sql(dialect="duckdb")
