MODEL (
  name quality.stream_control_charts,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    quality
  ),
  grain (stream, metric, date_day),
  audits (
    not_null(columns := (stream, metric, date_day, value, status)),
    unique_combination_of_columns(columns := (stream, metric, date_day)),
    accepted_values("column" := status, is_in := ('in_control', 'warning', 'out_of_control', 'trend', 'too_few_points'))
  ),
  description 'Control charts of what arrives: rows, validity and completeness of each stream, day by day. One row per stream, metric and day. Answers: was a day like those before it, or did something happen to the source? How limits are made is told in docs/quality.md.',
  column_descriptions (
    stream = 'Raw table',
    metric = 'row_count, validity or completeness',
    status = 'in_control, warning, out_of_control, trend or too_few_points',
    broken_rule = 'Which rule of control charts says so; null in control',
    value = 'What was measured',
    centre_line = 'What was to be expected after the points before',
    lower_limit = 'Three standard deviations below, as far as so few points tell',
    upper_limit = 'Three standard deviations above',
    warning_lower = 'Two standard deviations below',
    warning_upper = 'Two standard deviations above',
    deviations = 'Distance from the centre line; 3 at a limit',
    points_before = 'Points that the limits were made from',
    date_day = 'Day of the events'
  )
);

WITH typical AS (
  SELECT
    stream,
    @quantile(row_count, 0.5) AS median_rows
  FROM quality.stream_days
  GROUP BY
    stream
), counted AS (
  SELECT
    days.stream,
    days.row_count,
    days.completeness,
    days.validity,
    typical.median_rows,
    GREATEST(1.0::DOUBLE / NULLIF(days.row_count + days.rejected_count, 0), @control_chart_least_share) AS least_share,
    SQRT(
      AVG(days.row_count) OVER (
        PARTITION BY days.stream
        ORDER BY days.date_day
        ROWS BETWEEN @control_chart_points PRECEDING AND 1 PRECEDING
      )
    ) AS chance,
    days.date_day
  FROM quality.stream_days AS days
  INNER JOIN typical
    ON days.stream = typical.stream
), daily AS (
  SELECT
    stream,
    'row_count' AS metric,
    row_count::DOUBLE AS measured,
    chance AS least_deviation,
    date_day
  FROM counted
  WHERE
    median_rows >= @control_chart_min_rows
), shares AS (
  SELECT
    stream,
    'completeness' AS metric,
    completeness AS measured,
    least_share AS least_deviation,
    date_day
  FROM counted
  UNION ALL
  SELECT
    stream,
    'validity' AS metric,
    validity AS measured,
    least_share AS least_deviation,
    date_day
  FROM counted
), count_charts AS (
  @control_chart(daily, measured, date_day, least_deviation, 7, stream, metric)
), share_charts AS (
  @control_chart(shares, measured, date_day, least_deviation, 1, stream, metric)
), charts AS (
  SELECT
    *
  FROM count_charts
  UNION ALL
  SELECT
    *
  FROM share_charts
)
SELECT
  charts.stream::TEXT AS stream,
  charts.metric::TEXT AS metric,
  charts.status::TEXT AS status,
  charts.broken_rule::TEXT AS broken_rule,
  charts.value::DOUBLE AS value,
  charts.centre_line::DOUBLE AS centre_line,
  charts.lower_limit::DOUBLE AS lower_limit,
  charts.upper_limit::DOUBLE AS upper_limit,
  charts.warning_lower::DOUBLE AS warning_lower,
  charts.warning_upper::DOUBLE AS warning_upper,
  charts.deviations::DOUBLE AS deviations,
  charts.points_before::BIGINT AS points_before,
  charts.date_day::DATE AS date_day
FROM charts
CROSS JOIN intermediate.int_as_of AS as_of
WHERE
  charts.date_day >= as_of.as_of_date - @control_chart_days
