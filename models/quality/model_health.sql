MODEL (
  name quality.model_health,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (quality, history),
  grain model,
  audits (
    not_null(columns := (model, runs, failures, status)),
    unique_values(columns := (
      model
    )),
    accepted_range("column" := failure_share, min_v := 0, max_v := 1),
    accepted_values("column" := status, is_in := ('failing', 'slow', 'complex', 'healthy'))
  ),
  description 'How each model does in production: how often it fails, how long it takes, how complex it is. One row per model that was built in the last days on record. Answers: which models fail, are slow or hard to understand, and what to do?',
  column_descriptions (
    model = 'The model',
    status = 'failing, slow, complex or healthy: the first of these that holds',
    recommended_action = 'What to do',
    last_error = 'Why its last failed batch failed, without values of rows; null where none did',
    runs = 'Batches in the last quality_history_days days on record',
    failures = 'Of these, those that failed and were undone',
    failure_share = 'Failures, of all batches',
    mean_seconds = 'Seconds that a batch took on average',
    last_seconds = 'Seconds that the last good batch took',
    last_rows = 'Rows that the last good batch wrote; null for views',
    joins = 'Joins of its query; null where its file is not there any more, or a seed',
    ctes = 'Common table expressions of its query',
    cases = 'CASE expressions of its query',
    lines = 'Lines of its query',
    complexity = 'Joins, common table expressions and cases, and a point for every ten lines',
    is_failing = 'More than max_model_failure_share of its batches failed',
    is_slow = 'Its last good batch took longer than slow_model_seconds',
    is_complex = 'Its complexity is above max_model_complexity',
    last_built_at = 'When its last good batch ended, UTC',
    last_failed_at = 'When its last failed batch ended, UTC'
  )
);

WITH newest AS (
  SELECT
    MAX(started_at)::DATE AS last_day
  FROM quality.model_runs
  WHERE
    environment = 'prod'
), batches AS (
  SELECT
    records.model,
    records.outcome,
    records.duration_seconds,
    records.row_count,
    records.finished_at,
    records.error,
    ROW_NUMBER() OVER (
      PARTITION BY records.model, records.outcome
      ORDER BY records.finished_at DESC, records.run_id DESC, records.interval_end DESC
    ) AS place
  FROM quality.model_runs AS records
  CROSS JOIN newest
  WHERE
    records.environment = 'prod'
    AND records.started_at >= newest.last_day - @quality_history_days
    AND NOT records.model LIKE 'raw.%'
), models AS (
  SELECT
    model,
    COUNT(*) AS runs,
    SUM(CASE WHEN outcome = 'succeeded' THEN 0 ELSE 1 END) AS failures,
    AVG(duration_seconds) AS mean_seconds,
    MAX(CASE WHEN outcome = 'succeeded' AND place = 1 THEN duration_seconds END) AS last_seconds,
    MAX(CASE WHEN outcome = 'succeeded' AND place = 1 THEN row_count END) AS last_rows,
    MAX(CASE WHEN outcome = 'succeeded' THEN finished_at END) AS last_built_at,
    MAX(CASE WHEN outcome <> 'succeeded' THEN finished_at END) AS last_failed_at,
    MAX(CASE WHEN outcome <> 'succeeded' AND place = 1 THEN error END) AS last_error
  FROM batches
  GROUP BY
    model
), judged AS (
  SELECT
    models.model,
    models.last_error,
    models.runs,
    models.failures,
    @safe_divide(models.failures, models.runs) AS failure_share,
    models.mean_seconds,
    models.last_seconds,
    models.last_rows,
    files.joins,
    files.ctes,
    files.cases,
    files.lines,
    files.complexity,
    @safe_divide(models.failures, models.runs) > @max_model_failure_share AS is_failing,
    COALESCE(models.last_seconds > @slow_model_seconds, FALSE) AS is_slow,
    COALESCE(files.complexity > @max_model_complexity, FALSE) AS is_complex,
    models.last_built_at,
    models.last_failed_at
  FROM models
  LEFT JOIN quality.model_complexity AS files
    ON models.model = files.model
), named AS (
  SELECT
    *,
    CASE
      WHEN is_failing
      THEN 'failing'
      WHEN is_slow
      THEN 'slow'
      WHEN is_complex
      THEN 'complex'
      ELSE 'healthy'
    END AS status
  FROM judged
)
SELECT
  named.model::TEXT AS model,
  named.status::TEXT AS status,
  advice.recommended_action::TEXT AS recommended_action,
  named.last_error::TEXT AS last_error,
  named.runs::BIGINT AS runs,
  named.failures::BIGINT AS failures,
  named.failure_share::DOUBLE AS failure_share,
  named.mean_seconds::DOUBLE AS mean_seconds,
  named.last_seconds::DOUBLE AS last_seconds,
  named.last_rows::BIGINT AS last_rows,
  named.joins::BIGINT AS joins,
  named.ctes::BIGINT AS ctes,
  named.cases::BIGINT AS cases,
  named.lines::BIGINT AS lines,
  named.complexity::DOUBLE AS complexity,
  named.is_failing::BOOLEAN AS is_failing,
  named.is_slow::BOOLEAN AS is_slow,
  named.is_complex::BOOLEAN AS is_complex,
  named.last_built_at::TIMESTAMP AS last_built_at,
  named.last_failed_at::TIMESTAMP AS last_failed_at
FROM named
LEFT JOIN seeds.model_advice AS advice
  ON named.status = advice.status
