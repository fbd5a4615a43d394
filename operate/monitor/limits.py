"""The thresholds of the monitor, from the variables of config.yaml."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from patron.config import project_variables
from patron.errors import PatronError
from patron.shop import Shop


@dataclass(frozen=True)
class Limits:
    """Variables of config.yaml, by their names there."""

    critical_late_days: float
    max_build_age_days: int
    min_source_quality_score: float
    critical_quality_score: float
    duration_history_runs: int
    min_runs_for_duration: int
    duration_deviations: float
    min_slow_seconds: float
    success_window_days: float
    min_cycles_for_success: int
    min_success_share: float
    critical_success_share: float
    max_hours_between_cycles: float
    min_failures_for_alerts: int
    max_publication_age_hours: float
    critical_publication_age_hours: float
    max_source_silence_hours: float
    max_disk_used_share: float
    critical_disk_used_share: float
    max_lock_minutes: float
    critical_lock_minutes: float
    alert_retry_days: float
    alert_history_days: int


def read_limits(shop: Shop) -> Limits:
    """The thresholds that count for a shop.

    Raises:
        PatronError: If one is missing or no number.
    """
    variables = project_variables(shop.project)
    return Limits(**{field.name: _number(shop, variables, field) for field in fields(Limits)})


def _number(shop: Shop, variables: dict[str, Any], field: Any) -> Any:
    value = variables.get(field.name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PatronError(
            f"the variable {field.name} is missing or no number",
            where=str(shop.project / "config.yaml"),
            remedy="docs/monitoring.md lists the thresholds with their defaults",
        )
    return int(value) if field.type == "int" else float(value)
