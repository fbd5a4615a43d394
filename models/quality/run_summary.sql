MODEL (
  name quality.run_summary,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (quality, history),
  grain date_day,
  audits (
    not_null(columns := (date_day, runs, failed_runs, success_share)),
    unique_values(columns := (
      date_day
    ))
  ),
  description 'What the runs of production did. One row per day with a run that built something. Answers: how often did runs succeed, how long did they take, and how much did they write?',
  column_descriptions (
    runs = 'Runs that built or audited something',
    failed_runs = 'Runs in which a model failed',
    success_share = 'Runs without a failed model, of all runs',
    models_built = 'Models that were built, each once a day',
    batches = 'Batches that were written or failed',
    failed_batches = 'Batches that failed and were undone',
    audits_passed = 'Audits that found nothing',
    audits_failed = 'Audits that found rows',
    rows_written = 'Rows written, again where a day was built again',
    duration_seconds = 'Seconds that batches took, all runs of the day together',
    longest_run_seconds = 'Seconds that batches of the slowest run took',
    date_day = 'Day on which the runs began, UTC'
  )
);

WITH runs AS (
  SELECT
    run_id,
    MIN(started_at)::DATE AS date_day,
    COUNT(*) AS batches,
    SUM(CASE WHEN outcome = 'succeeded' THEN 0 ELSE 1 END) AS failed_batches,
    SUM(audits_passed) AS audits_passed,
    SUM(audits_failed) AS audits_failed,
    SUM(COALESCE(row_count, 0)) AS rows_written,
    SUM(duration_seconds) AS duration_seconds
  FROM quality.model_runs
  WHERE
    environment = 'prod'
  GROUP BY
    run_id
), models AS (
  SELECT
    runs.date_day,
    COUNT(DISTINCT batches.model) AS models_built
  FROM quality.model_runs AS batches
  INNER JOIN runs
    ON batches.run_id = runs.run_id
  WHERE
    batches.outcome = 'succeeded' AND NOT batches.physical_table IS NULL
  GROUP BY
    runs.date_day
)
SELECT
  COUNT(*)::BIGINT AS runs,
  SUM(CASE WHEN runs.failed_batches > 0 THEN 1 ELSE 0 END)::BIGINT AS failed_runs,
  @safe_divide(SUM(CASE WHEN runs.failed_batches > 0 THEN 0 ELSE 1 END), COUNT(*))::DOUBLE AS success_share,
  COALESCE(MAX(models.models_built), 0)::BIGINT AS models_built,
  SUM(runs.batches)::BIGINT AS batches,
  SUM(runs.failed_batches)::BIGINT AS failed_batches,
  SUM(runs.audits_passed)::BIGINT AS audits_passed,
  SUM(runs.audits_failed)::BIGINT AS audits_failed,
  SUM(runs.rows_written)::BIGINT AS rows_written,
  SUM(runs.duration_seconds)::DOUBLE AS duration_seconds,
  MAX(runs.duration_seconds)::DOUBLE AS longest_run_seconds,
  runs.date_day::DATE AS date_day
FROM runs
LEFT JOIN models
  ON runs.date_day = models.date_day
GROUP BY
  runs.date_day
