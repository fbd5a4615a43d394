"""What the models cost in plain DuckDB SQL, in dbt-duckdb, and here.

    python benchmarks/warehouse.py --customers 100000 --orders 1000000

The three make the same tables from the same raw tables: everything on a new warehouse, then the
next day's increment (the days of the lookback and the new one), then a run with nothing to do.

- plain: one script of CREATE TABLE AS, and of DELETE and INSERT for the day, in one process.
  Written by this program from the project's own queries. No audits, record or copy for readers.
- dbt: the same queries as a project of dbt-duckdb, in an environment of its own, without tests.
- patron: as shipped, with audits, the run record, transactions, the comparison that finds late
  data, and the copy for readers.

The first two build weekly models every time, and models in Python without rows. Loading is not
counted. Prints processor seconds, wall seconds and peak memory, and their ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from cost import PATRON, SQLMESH, Cost, made_shop, measure, patron
from rendered import END, START, Plain, render

from patron.config import project_variables

PROJECT = Path(__file__).parents[1]
SETTINGS = "SET memory_limit = '{memory}'; SET preserve_insertion_order = false;"
# What is built weekly is due then: an ordinary day is another one.
SUNDAY = 6
STEPS = ("full build", "next day", "nothing to do")
# Later ones cannot be installed from a package index alone: they fetch a part from elsewhere.
DBT = ("dbt-core~=1.10.0", "dbt-duckdb~=1.10.0")


@dataclass(frozen=True)
class Span:
    """The days that a step processes."""

    first: str
    last: str


def plain_script(models: list[Plain], span: Span, *, is_first: bool) -> str:
    """The models as statements for one connection."""
    statements = [f"CREATE SCHEMA IF NOT EXISTS {schema};" for schema in _schemas(models)]
    for model in models:
        query = model.query.replace(START, span.first).replace(END, span.last)
        if model.kind == "daily" and not is_first:
            days = f"{model.column} BETWEEN DATE '{span.first}' AND DATE '{span.last}'"
            statements.append(f"DELETE FROM {model.key} WHERE {days};")
            statements.append(f"INSERT INTO {model.key} BY NAME {query};")
        elif model.kind != "view" or is_first:
            kind = "VIEW" if model.kind == "view" else "TABLE"
            statements.append(f"CREATE OR REPLACE {kind} {model.key} AS {query};")
    return "\n".join(statements)


def run_plain(shop: Path, models: list[Plain], span: Span, memory: str, *, is_first: bool) -> Cost:
    """The script in a process of its own."""
    script = shop / "plain.sql"
    settings = SETTINGS.format(memory=memory)
    script.write_text(settings + plain_script(models, span, is_first=is_first))
    code = (
        "import sys, duckdb, pathlib;"
        "duckdb.connect(sys.argv[1]).execute(pathlib.Path(sys.argv[2]).read_text())"
    )
    warehouse = shop / "data" / "warehouse.duckdb"
    return measure([sys.executable, "-c", code, str(warehouse), str(script)], shop, shop)


def write_dbt(shop: Path, models: list[Plain], memory: str) -> None:
    """The models as a project of dbt-duckdb."""
    names = {model.key for model in models}
    folder = shop / "dbt"
    settings = {"memory_limit": memory, "preserve_insertion_order": False}
    output = {
        "type": "duckdb",
        "path": str(shop / "data" / "warehouse.duckdb"),
        "threads": 1,
        "settings": settings,
    }
    profile = {"shop": {"target": "prod", "outputs": {"prod": output}}}
    project = {"name": "shop", "version": "1.0", "profile": "shop", "model-paths": ["models"]}
    (folder / "macros").mkdir(parents=True)
    (folder / "profiles.yml").write_text(json.dumps(profile))
    (folder / "dbt_project.yml").write_text(json.dumps(project))
    (folder / "macros" / "schema.sql").write_text(
        "{% macro generate_schema_name(name, node) %}{{ name }}{% endmacro %}\n"
        "{% macro generate_alias_name(name=none, node=none) %}"
        "{{ name or node.name.split('__')[1] }}"
        "{% endmacro %}"
    )
    for model in models:
        path = folder / "models" / f"{model.schema}__{model.name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(_dbt_model(model, names))


def _dbt_model(model: Plain, names: set[str]) -> str:
    """One model; what it reads is named in comments, which is how dbt learns of the order."""
    kinds = {"view": "view", "table": "table", "daily": "incremental"}
    options = [f"materialized='{kinds[model.kind]}'", f"schema='{model.schema}'"]
    if model.kind == "daily":
        options += [f"unique_key='{model.column}'", "incremental_strategy='delete+insert'"]
    reads = [key for key in model.reads if key in names]
    order = "".join(f"-- depends_on: {{{{ ref('{key.replace('.', '__')}') }}}}\n" for key in reads)
    query = "{% raw %}" + model.query + "{% endraw %}"
    for word, variable in ((START, "first_day"), (END, "last_day")):
        query = query.replace(word, "{% endraw %}{{ var('" + variable + "') }}{% raw %}")
    return f"{order}{{{{ config({', '.join(options)}) }}}}\n{query}\n"


def run_dbt(shop: Path, dbt: Path, span: Span) -> Cost:
    """`dbt run` as it is shipped."""
    days = json.dumps({"first_day": span.first, "last_day": span.last})
    folder = shop / "dbt"
    command = [str(dbt), "run", "--quiet", "--profiles-dir", str(folder), "--vars", days]
    return measure(command, shop, folder)


def install_dbt(folder: Path) -> Path:
    """dbt-duckdb in an environment of its own."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        sys.exit("install uv for the comparison with dbt, or use --no-dbt")
    environment = folder / "dbt-environment"
    subprocess.run([uv, "venv", "--quiet", str(environment)], check=True)
    packages = [*DBT, f"duckdb=={version('duckdb')}"]
    python = str(environment / "bin" / "python")
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *packages], check=True)
    return environment / "bin" / "dbt"


def run_patron(shop: Path, moment: str) -> Cost:
    """The models alone, as `patron run` builds them."""
    command = [*PATRON, "--shop", str(shop), "run", "--only", "transform"]
    return measure([*command, "--execution-time", moment], shop, PROJECT)


def copied(shop: Path, name: str) -> Path:
    """The same raw tables and sources for one of the rivals."""
    copy = shop.with_name(name)
    (copy / "data").mkdir(parents=True)
    for part in ("sources.yaml", ".env", "data/warehouse.duckdb"):
        if (shop / part).exists():
            shutil.copyfile(shop / part, copy / part)
    return copy


def lookback_days() -> int:
    """How many days before a new one a day's run builds again."""
    return int(project_variables(PROJECT)["lookback_days"])


def compare(folder: Path, options: argparse.Namespace) -> dict[str, dict[str, Cost]]:
    """The cost of each step of each rival."""
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    if (end + timedelta(days=1)).weekday() == SUNDAY:
        end -= timedelta(days=1)
    moments = [(end + timedelta(days=n, hours=6)).isoformat()[:19] for n in (0, 1)]
    days = [(end + timedelta(days=n)).date().isoformat() for n in (-1, 0, -lookback_days())]
    spans = [Span("2000-01-01", days[0]), Span(days[2], days[1])]
    shop = made_shop(folder, options.customers, options.orders, end)
    os.environ["PATRON_SHOP"] = str(shop)
    models = [Plain(**model) for model in render(PROJECT, moments[0])]
    rivals = ["plain", "patron"] if options.no_dbt else ["plain", "dbt", "patron"]
    shops = {name: copied(shop, name) for name in rivals}
    dbt = None if options.no_dbt else install_dbt(folder)
    if dbt:
        write_dbt(shops["dbt"], models, options.memory)

    def step(name: str, number: int) -> Cost:
        if name == "plain":
            return run_plain(
                shops[name], models, spans[number], options.memory, is_first=not number
            )
        if name == "dbt" and dbt:
            return run_dbt(shops[name], dbt, spans[number])
        return run_patron(shops[name], moments[number])

    costs: dict[str, dict[str, Cost]] = {name: {} for name in rivals}
    for name in rivals:
        costs[name][STEPS[0]] = told(name, STEPS[0], step(name, 0))
    patron(shop, "simulate", "advance", "--days", "1")
    for name in rivals:
        patron(shops[name], "run", "--only", "ingest")
        costs[name][STEPS[1]] = told(name, STEPS[1], step(name, 1))
    # The day that was built last is yesterday, or on a Sunday the day before.
    patron(shops["patron"], "run", "--only", "transform")
    quiet = [*SQLMESH, "run", "prod"]
    costs["patron"][STEPS[2]] = told("patron", STEPS[2], measure(quiet, shops["patron"], PROJECT))
    return costs


def told(name: str, step: str, cost: Cost) -> Cost:
    """Print a cost as a row of the table."""
    print(
        f"| {name} | {step} | {cost.cpu_seconds:.1f} | {cost.wall_seconds:.1f} "
        f"| {cost.peak_megabytes:.0f} |",
        flush=True,
    )
    return cost


def ratios(costs: dict[str, dict[str, Cost]]) -> list[str]:
    """What the goals are about."""
    full = {name: found[STEPS[0]] for name, found in costs.items()}
    ours, plain = full["patron"], full["plain"]
    lines = [f"patron's full build is {ours.cpu_seconds / plain.cpu_seconds:.2f} x plain SQL"]
    if "dbt" in full:
        lines.append(f"and {ours.cpu_seconds / full['dbt'].cpu_seconds:.2f} x dbt-duckdb")
    for name, found in costs.items():
        share = found[STEPS[1]].cpu_seconds / found[STEPS[0]].cpu_seconds
        lines.append(f"{name}: a day costs {share:.1%} of its full build")
    return lines


def _schemas(models: list[Plain]) -> list[str]:
    return sorted({model.schema for model in models})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--memory", default="6GB", help="DuckDB's limit, the same for all")
    parser.add_argument("--no-dbt", action="store_true", help="without dbt-duckdb")
    options = parser.parse_args()
    os.environ["PATRON_MEMORY_LIMIT"] = options.memory
    print(f"{options.customers:,} customers, {options.orders:,} orders, {os.cpu_count()} cores\n")
    print("| rival | step | CPU s | wall s | peak MB |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        costs = compare(Path(folder), options)
    print()
    print("\n".join(ratios(costs)))


if __name__ == "__main__":
    main()
