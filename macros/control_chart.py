"""Statistical process control: whether a value is like those before it."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError

from macros.student_t_quantile import student_t_quantile

SEASONS_BEFORE = 5
OUTLIER_DEVIATIONS = 3.5
RUN_LENGTH = 9
ROUNDING = "1e-9"


@macro()
def control_chart(
    evaluator: MacroEvaluator,
    source: exp.Expression,
    value: exp.Expression,
    day: exp.Expression,
    least_deviation: exp.Expression,
    season: exp.Expression,
    *by: exp.Expression,
) -> str:
    """A query for the rows of a table with limits from the points before each, and a status.

    Columns: those of `by`, the day, `value`, `centre_line`, `lower_limit`, `upper_limit`,
    `warning_lower`, `warning_upper`, `deviations` (distance from the centre line; the limit is 3),
    `points_before`, `run_length` (points on this side of the centre line, one after another),
    `status` and `broken_rule`. Rules, numbers and what they find: docs/quality.md.

    Args:
        evaluator: Given by SQLMesh.
        source: A table or CTE with one row per series and day; rows without value are passed over.
        value: Column to judge.
        day: Column with the day.
        least_deviation: What counts as a standard deviation at least, for series that hardly vary.
        season: Days after which a pattern repeats, such as 7; 1 where there is none.
        by: Columns that name a series.

    Example: `@control_chart(daily, visits, date_day, 0, 7, channel)`
    """
    if not season.is_int or int(season.name) < 1:
        raise SQLMeshError(f"@control_chart takes a season of whole days, not {season.sql()}")
    if not by:
        raise SQLMeshError("@control_chart takes the columns that name a series")
    points = int(str(evaluator.var("control_chart_points")))
    least_points = int(str(evaluator.var("control_chart_min_points")))
    series, at = ", ".join(column.sql("duckdb") for column in by), day.sql("duckdb")
    number = f"({value.sql('duckdb')})::DOUBLE"
    rows = (
        f"SELECT {series}, {at}, {number} AS value,"
        f" {_least(number, least_deviation.sql('duckdb'))} AS least_deviation"
        f" FROM {source.sql('duckdb')} WHERE NOT {value.sql('duckdb')} IS NULL"
    )
    expected = _expected(rows, series, at, int(season.name))
    compared = _compared(expected, f"PARTITION BY {series} ORDER BY {at}", points, least_points)
    return _judged(_charted(compared, series, at, points), series, at, least_points)


def _least(value: str, least_deviation: str) -> str:
    """Never nothing, or the last digit of a mean would be beyond all limits."""
    return f"GREATEST(({least_deviation})::DOUBLE, {ROUNDING} * ABS({value}), {ROUNDING})"


def _expected(rows: str, series: str, at: str, season: int) -> str:
    """What the same day of the seasons before says: their mean without the least and greatest."""
    if season == 1:
        return f"SELECT *, 0::DOUBLE AS expected FROM ({rows}) AS points"
    place = f"MOD(DATE_DIFF('day', CAST('2000-01-03' AS DATE), {at}), {season})"
    window = (
        f"OVER (PARTITION BY {series}, {place} ORDER BY {at}"
        f" ROWS BETWEEN {SEASONS_BEFORE} PRECEDING AND 1 PRECEDING)"
    )
    return (
        f"SELECT *, CASE WHEN COUNT(value) {window} >= 3 THEN"
        f" (SUM(value) {window} - MIN(value) {window} - MAX(value) {window})"
        f" / (COUNT(value) {window} - 2) END AS expected FROM ({rows}) AS points"
    )


def _compared(rows: str, in_order: str, points: int, least_points: int) -> str:
    """The distances from what was expected; outliers among them are no measure for later points."""
    window = f"OVER ({in_order} ROWS BETWEEN {points} PRECEDING AND 1 PRECEDING)"
    spread = f"GREATEST(STDDEV_SAMP(distance) {window}, least_deviation)"
    return (
        "SELECT *, CASE WHEN ABS(distance - AVG(distance)"
        f" {window}) > {OUTLIER_DEVIATIONS} * {spread} AND COUNT(distance) {window} >="
        f" {least_points} THEN NULL ELSE distance END AS measure"
        f" FROM (SELECT *, value - expected AS distance FROM ({rows}) AS expectations) AS distances"
    )


def _charted(rows: str, series: str, at: str, points: int) -> str:
    """Centre and spread of the points before, and what makes 2 and 3 deviations of them."""
    window = (
        f"OVER (PARTITION BY {series} ORDER BY {at}"
        f" ROWS BETWEEN {points} PRECEDING AND 1 PRECEDING)"
    )
    measured = (
        f"SELECT {series}, {at}, value, distance, expected + AVG(measure) {window} AS centre_line,"
        f" AVG(measure) {window} AS centre, COUNT(measure) {window} AS points_before,"
        f" GREATEST(STDDEV_SAMP(measure) {window}, least_deviation) AS spread"
        f" FROM ({rows}) AS measures"
    )
    degrees = "GREATEST(points_before - 1, 1)"
    unit = "spread * SQRT(1 + 1.0::DOUBLE / GREATEST(points_before, 1))"
    return (
        f"SELECT *, {unit} * {student_t_quantile(3.0, degrees)} AS reach,"
        f" {unit} * {student_t_quantile(2.0, degrees)} AS warning_reach"
        f" FROM ({measured}) AS spreads"
    )


def _judged(rows: str, series: str, at: str, least_points: int) -> str:
    """The rules: one beyond 3, two of three beyond 2, nine on one side, one beyond 2."""
    in_order = f"PARTITION BY {series} ORDER BY {at}"
    away = "distance - centre"
    # Many equal values are no run: of a share that is nearly always 1 the mean lies below.
    no_side = f"distance = LAG(distance) OVER ({in_order}) OR ABS({away}) <= {ROUNDING} * spread"
    sided = (
        f"SELECT *, CASE WHEN points_before < {least_points} OR centre IS NULL OR distance IS NULL"
        f" THEN NULL WHEN {no_side} THEN 0 ELSE CAST(SIGN({away}) AS INT) END"
        f" AS side, CASE WHEN points_before >= {least_points} AND ABS({away}) > warning_reach"
        f" THEN CAST(SIGN({away}) AS INT) ELSE 0 END AS warned FROM ({rows}) AS charts"
    )
    started = (
        f"SELECT *, CASE WHEN side = LAG(side) OVER ({in_order}) AND side <> 0 THEN 0 ELSE 1 END"
        f" AS starts, SUM(warned) OVER ({in_order} ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"
        f" AS warnings FROM ({sided}) AS sides"
    )
    numbered = (
        f"SELECT *, SUM(starts) OVER ({in_order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        f" AS run FROM ({started}) AS run_starts"
    )
    counted = (
        f"SELECT *, CASE WHEN side <> 0 THEN ROW_NUMBER() OVER (PARTITION BY {series}, run"
        f" ORDER BY {at}) ELSE 0 END AS run_length FROM ({numbered}) AS runs"
    )
    ruled = (
        f"SELECT *, CASE WHEN side IS NULL THEN NULL WHEN ABS({away}) > reach THEN"
        " 'beyond_3_sigma' WHEN warned <> 0 AND warned * warnings >= 2 THEN"
        f" 'two_of_three_beyond_2_sigma' WHEN run_length >= {RUN_LENGTH} THEN 'nine_on_one_side'"
        " WHEN warned <> 0 THEN 'beyond_2_sigma' END AS broken_rule"
        f" FROM ({counted}) AS run_lengths"
    )
    known = "CASE WHEN NOT side IS NULL THEN"
    return (
        f"SELECT {series}, {at}, value, {known} centre_line END AS centre_line,"
        f" {known} centre_line - reach END AS lower_limit,"
        f" {known} centre_line + reach END AS upper_limit,"
        f" {known} centre_line - warning_reach END AS warning_lower,"
        f" {known} centre_line + warning_reach END AS warning_upper,"
        f" {known} 3 * ({away}) / NULLIF(reach, 0) END AS deviations,"
        " points_before, run_length, CASE WHEN side IS NULL THEN 'too_few_points'"
        " WHEN broken_rule IN ('beyond_3_sigma', 'two_of_three_beyond_2_sigma')"
        " THEN 'out_of_control' WHEN broken_rule = 'nine_on_one_side' THEN 'trend'"
        " WHEN broken_rule = 'beyond_2_sigma' THEN 'warning' ELSE 'in_control' END AS status,"
        f" broken_rule FROM ({ruled}) AS rules"
    )
