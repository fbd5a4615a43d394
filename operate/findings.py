"""What an audit found: how many rows, and the keys of a few of them, never personal data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
from sqlglot import exp

from operate.record import AuditOutcome, now
from patron.sql import identifier

SAMPLE_SIZE = 5
ARGUMENTS_LENGTH = 200
_NUMBERS_AND_DATES = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "DATE", "TIMESTAMP", "BOOLEAN", "HUGE")


def outcomes(cursor: Any, model: Any, results: Iterable[Any]) -> list[AuditOutcome]:
    """Read SQLMesh's audit results, while the rows they looked at are still there.

    Args:
        cursor: The connection the audits ran on.
        model: The SQLMesh model, None for an audit that stands alone.
        results: What `SnapshotEvaluator.audit` returned.
    """
    return [
        AuditOutcome(
            audit=result.audit.name,
            arguments=arguments_text(result.audit_args),
            blocking=result.blocking,
            failed_rows=result.count or 0,
            sample_keys=sample(cursor, model, result.query) if result.count else None,
            audited_at=now(),
        )
        for result in results
        if not result.skipped
    ]


def arguments_text(arguments: dict[str, Any]) -> str:
    """The arguments of an audit as the run record keeps them."""
    texts = (
        f"{name} = {value.sql(dialect='duckdb') if hasattr(value, 'sql') else value}"
        for name, value in arguments.items()
        if name != "blocking"
    )
    text = " ".join("; ".join(texts).split())
    return text if len(text) <= ARGUMENTS_LENGTH else text[: ARGUMENTS_LENGTH - 3] + "..."


def sample(cursor: Any, model: Any, query: Any) -> str | None:
    """The keys of a few offending rows; an audit that shows no keys has no sample."""
    sql = query.sql(dialect="duckdb", identify=True)
    try:
        found = cursor.execute(f"DESCRIBE {sql}").fetchall()
        shown = _key_columns(model, {row[0]: row[1] for row in found})
        if not shown:
            return None
        columns = ", ".join(identifier(name) for name in shown)
        rows = cursor.execute(
            f"SELECT DISTINCT {columns} FROM ({sql}) AS offending ORDER BY ALL LIMIT {SAMPLE_SIZE}"
        ).fetchall()
    except duckdb.Error:
        return None
    return " | ".join(
        ", ".join(f"{name}={value}" for name, value in zip(shown, row, strict=True)) for row in rows
    )


def _key_columns(model: Any, types: dict[str, str]) -> list[str]:
    """The grain where the audit shows it, else ids, else figures that the audit itself computed."""
    grains = {
        column.name for grain in (model.grains if model else []) for column in _columns(grain)
    }
    keys = [name for name in types if name in grains]
    if keys:
        return keys
    ids = [name for name in types if name.endswith("_id")]
    if ids:
        return ids
    own = set(model.columns_to_types or types) if model else set()
    return [
        name
        for name, kind in types.items()
        if name not in own and any(word in kind for word in _NUMBERS_AND_DATES)
    ]


def _columns(grain: Any) -> Iterable[Any]:
    found: Iterable[Any] = grain.find_all(exp.Column, exp.Identifier)
    return found
