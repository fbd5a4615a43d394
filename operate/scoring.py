"""Scoring with new champions: the newest day of predictions, built again through SQLMesh."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import duckdb

from operate import reconcile, transform
from operate.transform import TransformResult
from patron.errors import PatronError
from patron.shop import Shop
from patron.warehouse import reading

# The prediction models score the day before as-of, and go on daily for a week without new orders.
DAYS_WITHOUT_ORDERS = 7
# The tables that tell of the trained models themselves.
RECORDS = (
    "ml.model_registry",
    "ml.model_metrics",
    "ml.model_importance",
    "ml.model_deciles",
    "ml.prediction_monitoring",
)


def champions(shop: Shop) -> dict[str, str]:
    """The version that scores, of each task that has one that can be used."""
    from ml.registry import TASKS, scoring_version

    found = {task: scoring_version(shop, task) for task in TASKS}
    return {task: version for task, version in found.items() if version is not None}


def problems(shop: Shop) -> dict[str, str]:
    """Why a task's champion cannot be used, for each task where that is so."""
    from ml.registry import TASKS, champion

    found = {task: champion(shop, task) for task in TASKS}
    return {
        task: str(model.problem).splitlines()[0]
        for task, model in found.items()
        if model is not None and not model.is_usable
    }


def is_due(shop: Shop) -> bool:
    """Whether readers see scores of other models than the champions."""
    versions = champions(shop)
    if not versions:
        return False
    with reading(shop) as connection:
        return any(_scored_with(connection, task) != version for task, version in versions.items())


def score(shop: Shop, execution_time: str | None = None) -> TransformResult:
    """Score the newest day with the champions of now; rebuild what shows scores and champions.

    Raises:
        PatronError: If nothing was built yet, or a model fails.
    """
    day = _scoring_day(shop, execution_time)
    models = [f"ml.{task}_predictions" for task in champions(shop)]
    if not models:
        raise PatronError(
            "there is no trained model to score with", remedy="run 'patron train' first"
        )
    return reconcile.rebuild(shop, [*models, *RECORDS], day, execution_time)


def _scoring_day(shop: Shop, execution_time: str | None) -> date:
    """The newest interval for which the prediction models make rows."""
    moment = datetime.fromisoformat(execution_time) if execution_time else datetime.now(UTC)
    yesterday = moment.date() - timedelta(days=1)
    try:
        rows = transform.ask(shop, "SELECT as_of_date FROM intermediate.int_as_of")
    except duckdb.CatalogException as error:
        raise PatronError(
            "there is nothing to score yet: the models were never built",
            remedy="run 'patron run' once",
        ) from error
    last = rows[0][0] - timedelta(days=1)
    recent = 0 <= (yesterday - last).days <= DAYS_WITHOUT_ORDERS
    return yesterday if recent else min(last, yesterday)


def _scored_with(connection: duckdb.DuckDBPyConnection, task: str) -> str | None:
    try:
        row = connection.execute(
            f"SELECT model_version FROM ml.{task}_predictions ORDER BY scoring_date DESC LIMIT 1"
        ).fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None
