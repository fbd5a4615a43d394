MODEL (
  name quality.control_charts,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (quality, history),
  grain (table_name, metric, date_day),
  audits (
    not_null(columns := (table_name, metric, date_day, value, status, impact_level)),
    unique_combination_of_columns(columns := (table_name, metric, date_day)),
    accepted_values("column" := metric, is_in := ('row_count', 'completeness', 'validity', 'freshness_hours'))
  ),
  description 'Control charts of the raw tables: rows, completeness and validity by day of the events, and how many hours data waited to be loaded by day. One row per table, metric and day. Answers: which day of which source was unlike those before it, how bad is that, and what to do? How limits are made is told in docs/quality.md.',
  column_descriptions (
    table_name = 'Raw table',
    metric = 'row_count, completeness, validity or freshness_hours: the longest time between two loads that ended on the day, or since the last one where none did',
    status = 'in_control, warning (beyond 2 standard deviations), out_of_control (beyond 3, or two of three beyond 2), trend (nine on one side) or too_few_points',
    broken_rule = 'The rule that says so; null in control',
    impact_level = 'high where it is out of control on the bad side; medium where it is so on the other, or a trend to the bad one; low for the rest that is noticed; none',
    recommended_action = 'What to do; null where nothing is noticed',
    value = 'What was measured',
    centre_line = 'What was to be expected after the 30 points before; as the limits, never below 0 nor a share above 1',
    lower_limit = 'Three standard deviations below',
    upper_limit = 'Three standard deviations above',
    warning_lower = 'Two standard deviations below',
    warning_upper = 'Two standard deviations above',
    deviations = 'Distance from the centre line; 3 at a limit',
    points_before = 'Points that the limits were made from',
    date_day = 'Day of the events; for freshness_hours day of the loads, UTC'
  )
);

WITH ages AS (
  SELECT
    stream,
    'freshness_hours' AS metric,
    waited_hours AS measured,
    @control_chart_least_hours::DOUBLE AS least_deviation,
    date_day
  FROM quality.load_waits
), age_charts AS (
  @control_chart(ages, measured, date_day, least_deviation, 1, stream, metric)
), charts AS (
  SELECT
    stream,
    metric,
    status,
    broken_rule,
    value,
    centre_line,
    lower_limit,
    upper_limit,
    warning_lower,
    warning_upper,
    deviations,
    points_before,
    date_day
  FROM age_charts
  UNION ALL
  SELECT
    stream,
    metric,
    status,
    broken_rule,
    value,
    centre_line,
    lower_limit,
    upper_limit,
    warning_lower,
    warning_upper,
    deviations,
    points_before,
    date_day
  FROM quality.stream_control_charts
), advised AS (
  SELECT
    charts.*,
    advice.is_adverse,
    advice.recommended_action
  FROM charts
  LEFT JOIN seeds.control_chart_advice AS advice
    ON charts.metric = advice.metric
    AND advice.side = CASE WHEN charts.deviations < 0 THEN 'low' WHEN charts.deviations > 0 THEN 'high' END
    AND charts.status IN ('warning', 'out_of_control', 'trend')
)
SELECT
  (
    'raw.' || stream
  )::TEXT AS table_name,
  metric::TEXT AS metric,
  status::TEXT AS status,
  broken_rule::TEXT AS broken_rule,
  CASE
    WHEN is_adverse IS NULL
    THEN 'none'
    WHEN status = 'out_of_control' AND is_adverse
    THEN 'high'
    WHEN status = 'out_of_control' OR (
      status = 'trend' AND is_adverse
    )
    THEN 'medium'
    ELSE 'low'
  END::TEXT AS impact_level,
  recommended_action::TEXT AS recommended_action,
  value::DOUBLE AS value,
  CASE WHEN centre_line < 0 THEN 0 ELSE centre_line END::DOUBLE AS centre_line,
  CASE WHEN lower_limit < 0 THEN 0 ELSE lower_limit END::DOUBLE AS lower_limit,
  CASE WHEN metric IN ('completeness', 'validity') AND upper_limit > 1 THEN 1 ELSE upper_limit END::DOUBLE AS upper_limit,
  CASE WHEN warning_lower < 0 THEN 0 ELSE warning_lower END::DOUBLE AS warning_lower,
  CASE WHEN metric IN ('completeness', 'validity') AND warning_upper > 1 THEN 1 ELSE warning_upper END::DOUBLE AS warning_upper,
  deviations::DOUBLE AS deviations,
  points_before::BIGINT AS points_before,
  date_day::DATE AS date_day
FROM advised
