"""Are the databases and trained models whole, and is what production shows made of these files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import duckdb

from operate import applied
from operate.doctor.model import Diagnosis, note, ok, problem
from patron.errors import BusyError, PatronError
from patron.shop import Shop
from patron.warehouse import connect, first_line

RUN = "patron run builds and publishes everything"


def warehouse(shop: Shop) -> Iterator[Diagnosis]:
    """The warehouse can be opened."""
    if not shop.warehouse.exists():
        yield note("warehouse", "nothing was loaded yet", "patron run")
        return
    try:
        with closing(connect(shop.warehouse, read_only=True)) as connection:
            row = connection.execute("SELECT COUNT(*) FROM duckdb_tables()").fetchone()
        yield ok("warehouse", f"{row[0] if row else 0} tables")
    except BusyError as error:
        yield note("warehouse", error.what, "not looked at; call again when it is free")
    except PatronError as error:
        yield problem("warehouse", error.what, "patron restore brings a backup back")


def published(shop: Shop) -> Iterator[Diagnosis]:
    """Readers can open their copy."""
    if not shop.published.exists():
        yield note("published copy", "there is none yet", RUN)
        return
    try:
        with closing(connect(shop.published, read_only=True, wait_seconds=5)) as connection:
            row = connection.execute("SELECT published_at FROM quality.publication").fetchone()
        yield ok("published copy", f"of {row[0]:%Y-%m-%d %H:%M} UTC" if row else "empty")
    except PatronError as error:
        yield problem("published copy", error.what, error.remedy or RUN)
    except duckdb.Error as error:
        yield problem("published copy", first_line(error), f"delete {shop.published}; {RUN}")


def state(shop: Shop) -> Iterator[Diagnosis]:
    """SQLMesh's state is of this SQLMesh, and production is finished."""
    if not shop.state.exists():
        return
    try:
        with closing(connect(shop.state, read_only=True)) as connection:
            versions = connection.execute(
                "SELECT schema_version, sqlmesh_version FROM sqlmesh._versions"
            ).fetchone()
            environment = connection.execute(
                "SELECT plan_id, finalized_ts FROM sqlmesh._environments WHERE name = 'prod'"
            ).fetchone()
    except BusyError as error:
        yield note("state", error.what, "not looked at; call again when it is free")
        return
    except (PatronError, duckdb.Error) as error:
        yield problem("state", first_line(error), "patron restore brings a backup back")
        return
    yield _schema(versions)
    if environment is None:
        yield note("production", "was never planned", "patron run")
    elif environment[1] is None:
        yield problem("production", "a plan was killed while it changed production", "patron run")
    else:
        yield _files(shop, str(environment[0]))


def _schema(versions: Any) -> Diagnosis:
    from sqlmesh.core.state_sync.base import SCHEMA_VERSION

    found, by = versions if versions else (0, "nobody")
    if found < SCHEMA_VERSION:
        return problem("state", f"written by SQLMesh {by}", "back up, then 'sqlmesh migrate'")
    if found > SCHEMA_VERSION:
        return problem("state", f"written by a newer SQLMesh, {by}", "make install, or restore")
    return ok("state", f"schema {found}, SQLMesh {by}")


def _files(shop: Shop, plan_id: str) -> Diagnosis:
    if applied.is_known(shop, plan_id, applied.digest(shop.project)):
        return ok("project files", "production is made of them")
    return note(
        "project files",
        "they, or the settings, changed since they were last compared with production",
        "'sqlmesh plan dev' shows the difference; 'patron run --apply' applies it",
    )


def models(shop: Shop) -> Iterator[Diagnosis]:
    """Every registered model is the one that was registered, and champions can be used."""
    from ml.errors import UnusableModel
    from ml.registry import TASKS, champion, checked_card, versions

    for task in TASKS:
        argument = task.replace("_", "-")
        reigning = champion(shop, task)
        damaged = []
        for one in versions(shop, task):
            try:
                checked_card(shop, task, one)
            except UnusableModel as error:
                damaged.append(f"{one}: {error.what}")
        if reigning is not None and not reigning.is_usable:
            yield problem(
                f"model {task}",
                f"champion {reigning.version} cannot be used: {reigning.problem}",
                f"patron train {argument}, or patron models rollback {argument}",
            )
        elif damaged:
            yield note(f"model {task}", "; ".join(damaged), "no harm while they are not promoted")
        elif reigning is not None:
            yield ok(f"model {task}", f"champion {reigning.version}, its hash is right")


def erasures(shop: Shop) -> Iterator[Diagnosis]:
    """Who was erased can be recognised."""
    from ingest.erasure import has_erasures, read_key

    if not shop.warehouse.exists():
        return
    try:
        with closing(connect(shop.warehouse, read_only=True)) as connection:
            if has_erasures(connection):
                read_key(shop)
                yield ok("erasures", "the key is there")
    except BusyError:
        return
    except PatronError as error:
        yield problem("erasures", error.what, error.remedy or "restore the key from a backup")
    except duckdb.Error:
        return
