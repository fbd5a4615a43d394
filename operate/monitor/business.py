"""Do the numbers of the business, the models and the quality of the data call for attention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from operate.monitor.model import CRITICAL, HEALTHY, WARNING, Check
from operate.monitor.scene import Scene
from operate.monitor.wording import counted, day_text, figure, month_text

_OFF_TARGET = """
SELECT metric, period_start, is_complete, value, target, status FROM marts.mart_kpis
WHERE grain = 'month' AND dimension = 'all' AND status IS NOT NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY metric ORDER BY period_start DESC) = 1 ORDER BY metric
"""
_METRICS = "SELECT metric, label, unit, owner FROM quality.metric_definitions"
_SCORES = "SELECT * FROM quality.quality_scores ORDER BY table_name"
_HEALTH = "SELECT * FROM quality.model_health ORDER BY model"
_PREDICTIONS = """
SELECT task, kind, subject, metric, value, expected, is_alert, scoring_date
FROM ml.prediction_monitoring WHERE is_latest
"""
_CHAMPIONS = "SELECT task, version, problem, is_usable FROM ml.model_registry WHERE is_champion"
_CHARTS = """
SELECT table_name, metric, status, impact_level, recommended_action, value, centre_line,
  lower_limit, upper_limit, date_day
FROM quality.control_charts
QUALIFY ROW_NUMBER() OVER (PARTITION BY table_name, metric ORDER BY date_day DESC) = 1
ORDER BY table_name, metric
"""
NAMED = 4
# The row of quality.quality_scores that stands for all tables.
OVERALL = "overall"
_WORDS = {"on_target": "reaches", "watch": "is near", "off_target": "is off"}


def kpis(scene: Scene) -> Iterator[Check]:
    """Metrics whose last month that can be judged is off its target."""
    known = {row["metric"]: row for row in scene.ask(_METRICS)}
    for row in scene.ask(_OFF_TARGET):
        metric = known.get(row["metric"], {"label": row["metric"], "owner": None})
        unit, off = metric.get("unit"), row["status"] == "off_target"
        yield Check(
            "kpi",
            row["metric"],
            WARNING if off else HEALTHY,
            f"{metric['label']} {_WORDS[row['status']]} its target",
            f"{figure(row['value'], unit)} in"
            f" {month_text(row['period_start'], over=row['is_complete'])},"
            f" target {figure(row['target'], unit)}",
            float(row["value"]),
            float(row["target"]),
            metric["owner"] or "data_team",
            "the page Metrics says how it is made and who decides on its target",
        )


def quality_scores(scene: Scene) -> Iterator[Check]:
    """Tables whose quality score is low."""
    limits = scene.limits
    for row in scene.ask(_SCORES):
        score = row["score"]
        if score is None:
            continue
        low, lowest = score < limits.min_source_quality_score, score < limits.critical_quality_score
        if not low and row["table_name"] != OVERALL:
            continue
        yield Check(
            "quality_score",
            row["table_name"],
            CRITICAL if lowest else WARNING if low else HEALTHY,
            f"The quality of {row['table_name']} is {'low' if low else 'good'}",
            f"{score:.1f} points of 100",
            round(float(score), 2),
            limits.min_source_quality_score,
            advice="quality.quality_checks has the checks that fail, with keys of rows and what to"
            " do",
        )


def model_health(scene: Scene) -> Iterator[Check]:
    """Models that fail often."""
    for row in scene.ask(_HEALTH):
        if row["is_failing"] and row["failures"] >= scene.limits.min_failures_for_alerts:
            yield Check(
                "model_health",
                row["model"],
                WARNING,
                f"{row['model']} fails often",
                f"{row['failures']} of {counted(row['runs'], 'run')}, {row['failure_share']:.1%}",
                round(float(row["failure_share"]), 4),
                advice=row["recommended_action"] or "quality.model_runs has each failure",
            )


def control_charts(scene: Scene) -> Iterator[Check]:
    """Sources whose latest day is out of control, on the bad side."""
    for row in scene.ask(_CHARTS):
        if row["impact_level"] == "high":
            what = row["metric"].replace("_", " ")
            yield Check(
                "control_chart",
                f"{row['table_name']} {what}",
                WARNING,
                f"The {what} of {row['table_name']} is out of control",
                f"{row['value']:,.4g} on {day_text(row['date_day'])}, expected"
                f" {row['centre_line']:,.4g} between {row['lower_limit']:,.4g} and"
                f" {row['upper_limit']:,.4g}",
                float(row["value"]),
                advice=row["recommended_action"] or "the page Data quality has the chart",
            )


def predictions(scene: Scene) -> Iterator[Check]:
    """Predictions that came true less well than when they were learned, and scores that drift."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in scene.ask(_PREDICTIONS):
        kind = "calibration" if "calibration" in row["metric"] else row["kind"]
        if kind != "feature_drift":
            groups[row["task"], kind].append(row)
    for (task, kind), rows in sorted(groups.items()):
        alarming = [row for row in rows if row["is_alert"]]
        named = "; ".join(
            f"{row['metric']} of {row['subject']} {row['value']:.3g}" for row in alarming[:NAMED]
        )
        yield Check(
            "prediction",
            f"{task} {kind}",
            WARNING if alarming else HEALTHY,
            f"Predictions of {task}: {kind.replace('_', ' ')} is {_judged(alarming)}",
            named or f"{len(rows)} figures within their limits",
            float(alarming[0]["value"]) if alarming else None,
            advice=f"'patron train {_argument(task)}' trains on what is known now; "
            "docs/predictions.md",
        )


def champions(scene: Scene) -> Iterator[Check]:
    """Champions that cannot be used."""
    for row in scene.ask(_CHAMPIONS):
        usable, argument = bool(row["is_usable"]), _argument(row["task"])
        yield Check(
            "champion",
            row["task"],
            HEALTHY if usable else CRITICAL,
            f"The model of {row['task']} {'can' if usable else 'cannot'} be used",
            f"version {row['version']}" + ("" if usable else f": {row['problem']}"),
            advice=f"'patron train {argument}', or 'patron models rollback {argument}'",
        )


def _argument(task: str) -> str:
    """A task as the commands take it."""
    return task.replace("_", "-")


def _judged(alarming: list[dict[str, Any]]) -> str:
    return "beyond its limit" if alarming else "within its limits"
