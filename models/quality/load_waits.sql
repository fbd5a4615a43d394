MODEL (
  name quality.load_waits,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (quality, history),
  grain (stream, date_day),
  audits (
    not_null(columns := (stream, date_day)),
    unique_combination_of_columns(columns := (stream, date_day)),
    accepted_range("column" := waited_hours, min_v := 0)
  ),
  description 'How long data waited to be loaded, at worst, over the days that control charts look at. One row per stream and day since it was first loaded. Answers: is a source loaded as often as it used to be, and since when not?',
  column_descriptions (
    stream = 'Raw table',
    waited_hours = 'Hours of the longest pause between two loads that ended on the day; on a day without a load, since the last one; null on the day of the first',
    last_loaded_at = 'When the last load of the day ended, UTC; null on days without',
    date_day = 'Day of the loads, UTC'
  )
);

WITH newest AS (
  SELECT
    MAX(finished_at) AS newest_at
  FROM raw.load_log
), loads AS (
  SELECT
    log.stream,
    log.finished_at,
    EPOCH(log.finished_at) - EPOCH(LAG(log.finished_at) OVER (PARTITION BY log.stream ORDER BY log.finished_at)) AS waited_seconds,
    newest.newest_at
  FROM raw.load_log AS log
  CROSS JOIN newest
  WHERE
    log.finished_at >= newest.newest_at::DATE - @control_chart_days - @control_chart_compared_days
), load_days AS (
  SELECT
    stream,
    MAX(waited_seconds) AS waited_seconds,
    MAX(finished_at) AS last_loaded_at,
    finished_at::DATE AS date_day,
    newest_at
  FROM loads
  GROUP BY
    stream,
    finished_at::DATE,
    newest_at
), ranges AS (
  SELECT
    stream,
    MIN(date_day) AS first_day,
    newest_at
  FROM load_days
  GROUP BY
    stream,
    newest_at
), days AS (
  SELECT
    stream,
    newest_at,
    @time_spine(first_day, newest_at::DATE, 'day')::DATE AS date_day
  FROM ranges
), waits AS (
  SELECT
    days.stream,
    days.date_day,
    load_days.last_loaded_at,
    load_days.waited_seconds,
    MAX(load_days.last_loaded_at) OVER (PARTITION BY days.stream ORDER BY days.date_day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS latest_at,
    LEAST(days.newest_at, (
      days.date_day + 1
    )::TIMESTAMP) AS day_end
  FROM days
  LEFT JOIN load_days
    ON days.stream = load_days.stream AND days.date_day = load_days.date_day
)
SELECT
  stream::TEXT AS stream,
  (
    CASE WHEN last_loaded_at IS NULL THEN EPOCH(day_end) - EPOCH(latest_at) ELSE waited_seconds END / 3600.0
  )::DOUBLE AS waited_hours,
  last_loaded_at::TIMESTAMP AS last_loaded_at,
  date_day::DATE AS date_day
FROM waits
