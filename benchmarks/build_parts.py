"""Where the processor seconds of a build go: to which models, and to what besides their queries.

    python benchmarks/build_parts.py --customers 100000 --orders 1000000

A simulated shop is loaded and built, then a day is added, loaded and built, each build in a process
of its own. Loading is not counted. Prints the parts of both builds, what queries and audits cost by
how models are built, the dearest models, and what it takes to find late data before the day is
built, which is not among the parts.
"""

from __future__ import annotations

import argparse
import functools
import json
import resource
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cost import made_shop, patron

FOLDER = Path(__file__).parent
PROJECT = FOLDER.parent
DEAREST = 12
QUERIES, AUDITS, COPY, READING = "queries", "audits", "copy for readers", "reading the project"
REST = "planning, rendering, making tables and views, committing"
WHOLE, BY_DAY, OTHERS = "made whole", "built day by day", "views, raw tables, Python"


def main() -> None:
    """Build a shop, add a day, and print where both went."""
    given = _arguments()
    if given.build:
        print(json.dumps(_build(*given.build)))
        return
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    with tempfile.TemporaryDirectory() as folder:
        shop = made_shop(Path(folder), given.customers, given.orders, end)
        full = _measured(shop, end + timedelta(hours=6))
        patron(shop, "simulate", "advance", "--days", "1")
        patron(shop, "run", "--only", "ingest")
        day = _measured(shop, end + timedelta(days=1, hours=6))
    print(f"{given.customers:,} customers, {given.orders:,} orders, processor seconds\n")
    _print_parts(full["parts"], day["parts"])
    _print_kinds(full["kinds"], day["kinds"])
    _print_models(full["models"], day["models"])
    print(f"\nFinding late data before: {_told(day['looking'])}")


def _told(looking: dict[str, float]) -> str:
    return ", ".join(f"{how} {seconds:.1f}" for how, seconds in looking.items())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--build", nargs=2, metavar=("SHOP", "TIME"), help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(shop: Path, moment: datetime) -> dict[str, Any]:
    # Not as a script, whose folder would stand before the packages of the project.
    code = f"import sys; sys.path.append({str(FOLDER)!r}); import build_parts; build_parts.main()"
    command = [sys.executable, "-c", code, "--build", str(shop), moment.isoformat()[:19]]
    done = subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _build(root: str, moment: str) -> dict[str, Any]:
    """Build in this process; the seconds of each part, and of each model's query and audits."""
    from sqlmesh import Context
    from sqlmesh.core.snapshot.evaluator import SnapshotEvaluator

    from operate import guard, publish_copy, reconcile, transform
    from patron.shop import Shop

    parts: dict[str, float] = defaultdict(float)
    models: dict[str, float] = defaultdict(float)
    kinds: dict[str, float] = defaultdict(float)
    shop = Shop(root=Path(root), project=PROJECT)
    shop.activate()
    guard.install()
    looking = _looking(shop, moment)
    _count(SnapshotEvaluator, "evaluate", QUERIES, parts, models, kinds)
    _count(SnapshotEvaluator, "audit", AUDITS, parts, models, kinds)
    _count(publish_copy, "write", COPY, parts)
    _count(Context, "load", READING, parts)
    before = _seconds()
    built = transform.run_prod(shop, moment)
    total = _seconds() - before
    reconcile.remember_built(shop, built.plan_id)
    parts[REST] = total - sum(parts.values())
    dearest = sorted(models.items(), key=lambda each: -each[1])[:DEAREST]
    return {
        "parts": {**parts, "together": total},
        "kinds": dict(kinds),
        "models": dict(dearest),
        "looking": looking,
    }


def _looking(shop: Any, moment: str) -> dict[str, float]:
    """The seconds it takes to find late data in either way, where something is built already."""
    from operate import reconcile_ledger as ledger
    from operate import transform
    from operate.reconcile_assess import assess
    from operate.reconcile_models import load_production
    from operate.reconcile_touched import Touched

    found: dict[str, float] = {}
    with transform.open_context(shop) as context:
        production = load_production(context, moment)
        if production is None:
            return found
        adapter = context.engine_adapter
        load = ledger.built_load(adapter.cursor, production)
        for how in ("comparing", "following"):
            before = _seconds()
            touched = Touched(adapter, production, str(load)) if how == "following" else None
            assess(adapter, production, is_before_run=True, is_daily_only=True, touched=touched)
            found[how] = _seconds() - before
    return found


def _count(
    owner: Any,
    name: str,
    part: str,
    parts: dict[str, float],
    models: dict[str, float] | None = None,
    kinds: dict[str, float] | None = None,
) -> None:
    """Add the seconds of each call of a function to a part and, if given, to its model and kind."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def counted(*arguments: Any, **named: Any) -> Any:
        before = _seconds()
        try:
            return original(*arguments, **named)
        finally:
            spent = _seconds() - before
            parts[part] += spent
            if models is not None and kinds is not None:
                snapshot = named.get("snapshot") or arguments[1]
                models[snapshot.name.replace('"', "").partition(".")[2]] += spent
                kinds[_kind(snapshot)] += spent

    setattr(owner, name, counted)


def _kind(snapshot: Any) -> str:
    kind = snapshot.model.kind
    if not snapshot.model.is_sql:
        return OTHERS
    return WHOLE if kind.is_full else BY_DAY if kind.is_incremental_by_time_range else OTHERS


def _seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _print_parts(full: dict[str, float], day: dict[str, float]) -> None:
    print("| part | full build | next day |\n|---|---|---|")
    for part in (QUERIES, AUDITS, COPY, READING, REST, "together"):
        print(f"| {part} | {full.get(part, 0):.1f} | {day.get(part, 0):.1f} |")


def _print_kinds(full: dict[str, float], day: dict[str, float]) -> None:
    print("\nQueries and audits by how models are built:\n")
    print("| models | full build | next day |\n|---|---|---|")
    for kind in (WHOLE, BY_DAY, OTHERS):
        print(f"| {kind} | {full.get(kind, 0):.1f} | {day.get(kind, 0):.1f} |")


def _print_models(full: dict[str, float], day: dict[str, float]) -> None:
    print("\nQuery and audits of the dearest models:\n")
    print("| full build | | next day | |\n|---|---|---|---|")
    for (first, spent), (second, later) in zip(full.items(), day.items(), strict=False):
        print(f"| `{first}` | {spent:.1f} | `{second}` | {later:.1f} |")


if __name__ == "__main__":
    main()
