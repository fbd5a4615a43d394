"""How long the records of runs and loads are kept.

Rows go that are older than `run_history_days`, but for those that something still needs, however
old they are: the last batch, audits and load of each table, and failures that nothing made good.
Models and control charts look back a number of days; never less is kept than that.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb

from operate import failures
from operate.completeness import REPAIRED
from operate.record import FAILED, SUCCEEDED, now
from patron.config import project_variables
from patron.errors import PatronError
from patron.shop import Shop
from patron.warehouse import first_line, transaction

# What publishing, reconciling and the monitor ask of batches: the last of each table, and how far
# it is built. A failure that was made good goes, as what made it good may go before it.
_BATCHES = f"""
DELETE FROM quality.model_runs
WHERE finished_at < $before
  AND batch_number NOT IN (
    SELECT UNNEST([MAX(batch_number), ARG_MAX(batch_number, (interval_end, batch_number))])
    FROM quality.model_runs WHERE outcome = '{SUCCEEDED}'
    GROUP BY environment, model, physical_table
    UNION ALL
    SELECT failed.batch_number FROM quality.model_runs AS failed
    WHERE failed.outcome = '{FAILED}' AND failed.finished_at < $before AND NOT {REPAIRED}
  )
"""
_AUDITS = """
DELETE FROM quality.audit_results
WHERE audited_at < $before
  AND environment || ' ' || model || ' ' || run_id NOT IN (
    SELECT environment || ' ' || model || ' ' || ARG_MAX(run_id, (audited_at, run_id))
    FROM quality.audit_results GROUP BY environment, model
  )
"""
# The last one that found something, that read the source whole, or that changed a row: the next
# load and the next comparison start from these.
_LOADS = """
DELETE FROM raw.load_log
WHERE finished_at < $before
  AND batch_id NOT IN (
    SELECT MAX(batch_id) FROM raw.load_log
    GROUP BY
      source, stream, status, cursor_after IS NULL, rows_read <> rows_unchanged OR rows_deleted > 0
  )
"""
_LAST_RUN = """
SELECT MAX(finished_at) FROM quality.model_runs WHERE environment = 'prod' AND run_id <> ?
"""


def trim(cursor: Any, shop: Shop, run_id: str) -> None:
    """Remove old rows of the records, at the first run of a day that built something.

    Callers hold the writer lock.

    Args:
        cursor: The warehouse's.
        shop: Whose records.
        run_id: The run that is going on.
    """
    last_run = cursor.execute(_LAST_RUN, [run_id]).fetchone()[0]
    if last_run is not None and last_run.date() == now().date():
        return
    try:
        days = kept_days(shop)
        if days:
            remove(cursor, min(now() - timedelta(days=days), _published_at(shop)))
    except duckdb.Error as error:
        failures.tell(
            PatronError(
                f"old records of runs could not be removed: {first_line(error)}",
                where=str(shop.warehouse),
                remedy="the run itself is good; the first run of tomorrow tries again",
            )
        )


def kept_days(shop: Shop) -> int:
    """For how many days records are kept; 0 where they are kept for ever."""
    variables = project_variables(shop.project)

    def days(*names: str) -> int:
        return sum(int(variables.get(name) or 0) for name in names)

    wanted = days("run_history_days")
    needed = (
        days("quality_history_days"),
        days("control_chart_days", "control_chart_compared_days"),
    )
    return max(wanted, *needed) if wanted else 0


def remove(cursor: Any, before: datetime) -> None:
    """Remove what happened before a moment and nothing needs any more."""
    with transaction(cursor):
        for statement in (_BATCHES, _AUDITS, _LOADS):
            cursor.execute(statement, {"before": before})


def _published_at(shop: Shop) -> datetime:
    """What happened since then may still have to be published: none of it goes."""
    if not shop.published.exists():
        return datetime.min  # noqa: DTZ901 - naive UTC as in all our tables
    with duckdb.connect(str(shop.published), read_only=True) as connection:
        row = connection.execute("SELECT published_at FROM quality.publication").fetchone()
    found: datetime = row[0] if row else datetime.min  # noqa: DTZ901
    return found
