-- What the checks, charts and records of runs say, made of the sample's audits and days.
CREATE TABLE quality.quality_checks AS
SELECT
  model AS table_name, audit AS check_name, '' AS arguments, 'validity' AS check_type, 'rows' AS judges,
  CASE WHEN SUM(failed_rows) = 0 THEN 'pass' WHEN BOOL_AND(blocking) THEN 'fail' ELSE 'warn' END AS status,
  MAX(sample_keys) AS sample_keys, CASE WHEN SUM(failed_rows) > 0 THEN 'Correct the values' END AS recommended_action,
  100::BIGINT AS rows_checked, SUM(failed_rows)::BIGINT AS issues, (SUM(failed_rows) / 100)::DOUBLE AS issue_share,
  COUNT(*)::BIGINT AS runs, COUNT(*) FILTER (failed_rows > 0)::BIGINT AS runs_with_issues,
  BOOL_AND(blocking) AS is_blocking, MAX(audited_at)::DATE AS date_day, MAX(audited_at) AS checked_at
FROM quality.audit_results
GROUP BY model, audit;
CREATE TABLE quality.quality_scores AS
SELECT
  COALESCE(table_name, 'overall') AS table_name, CASE WHEN SUM(issues) > 0 THEN 'poor' ELSE 'excellent' END AS grade,
  (100 * AVG(1 - issue_share))::DOUBLE AS score, NULL::DOUBLE AS completeness, NULL::DOUBLE AS uniqueness,
  AVG(1 - issue_share)::DOUBLE AS validity, NULL::DOUBLE AS referential, NULL::DOUBLE AS freshness,
  NULL::DOUBLE AS volume, NULL::DOUBLE AS distribution, NULL::DOUBLE AS reconciliation,
  NULL::DOUBLE AS business_rule, COUNT(*)::BIGINT AS checks, COUNT(*) FILTER (status = 'fail')::BIGINT AS failed_checks,
  COUNT(*) FILTER (status = 'warn')::BIGINT AS warned_checks, MAX(checked_at) AS last_checked_at
FROM quality.quality_checks
GROUP BY ROLLUP (table_name);
-- Of two streams; the last day of orders is far too low.
CREATE TABLE quality.control_charts AS
SELECT
  'raw.' || stream AS table_name, metric, CASE WHEN is_low THEN 'out_of_control' ELSE 'in_control' END AS status,
  CASE WHEN is_low THEN 'beyond_3_sigma' END AS broken_rule, CASE WHEN is_low THEN 'high' ELSE 'none' END AS impact_level,
  CASE WHEN is_low THEN 'See whether the source delivered the whole day' END AS recommended_action,
  (CASE WHEN is_low THEN 0.5 ELSE 1 + (n % 3) / 100 END * level)::DOUBLE AS value, level::DOUBLE AS centre_line,
  0.9 * level AS lower_limit, 1.1 * level AS upper_limit, 0.93 * level AS warning_lower, 1.07 * level AS warning_upper,
  CASE WHEN is_low THEN -15.0 ELSE 0.3 END AS deviations, 30::BIGINT AS points_before, as_of_date - n::INT AS date_day
FROM quality.publication,
  (VALUES ('orders', 'row_count', 100.0::DOUBLE), ('reviews', 'validity', 0.9::DOUBLE)) AS series(stream, metric, level),
  range(1, 61) AS numbers(n), LATERAL (SELECT stream = 'orders' AND n = 1) AS days(is_low)
WHERE as_of_date IS NOT NULL;
CREATE TABLE quality.rejection_reasons AS
SELECT
  stream, reason, rejected_by, MIN(row_key) AS sample_keys, 'Correct the amount at the source' AS recommended_action,
  SUM(row_count)::BIGINT AS refused_rows, 1::DOUBLE AS refused_share, event_date AS date_day
FROM quality.rejected_rows
GROUP BY stream, reason, rejected_by, event_date;
CREATE TABLE quality.model_health AS
SELECT
  model, status, 'What helps' AS recommended_action, CASE WHEN status = 'failing' THEN 'audits: not_null' END AS last_error,
  10::BIGINT AS runs, CASE WHEN status = 'failing' THEN 2 ELSE 0 END::BIGINT AS failures,
  CASE WHEN status = 'failing' THEN 0.2 ELSE 0 END::DOUBLE AS failure_share, seconds::DOUBLE AS mean_seconds,
  seconds::DOUBLE AS last_seconds, 100::BIGINT AS last_rows, 2::BIGINT AS joins, 3::BIGINT AS ctes, 4::BIGINT AS cases,
  50::BIGINT AS lines, 14::DOUBLE AS complexity, status = 'failing' AS is_failing, status = 'slow' AS is_slow,
  FALSE AS is_complex, published_at AS last_built_at, NULL::TIMESTAMP AS last_failed_at
FROM quality.publication, (VALUES
  ('marts.fct_orders', 'healthy', 1), ('marts.mart_customer_analytics', 'slow', 90), ('staging.stg_orders', 'failing', 2)
) AS models(model, status, seconds)
WHERE as_of_date IS NOT NULL;
CREATE TABLE quality.run_summary AS
SELECT
  4::BIGINT AS runs, CASE WHEN n = 2 THEN 1 ELSE 0 END::BIGINT AS failed_runs,
  CASE WHEN n = 2 THEN 0.75 ELSE 1 END::DOUBLE AS success_share, 3::BIGINT AS models_built, 12::BIGINT AS batches,
  CASE WHEN n = 2 THEN 1 ELSE 0 END::BIGINT AS failed_batches, 40::BIGINT AS audits_passed, 0::BIGINT AS audits_failed,
  1000::BIGINT AS rows_written, (100 + n)::DOUBLE AS duration_seconds, (40 + n)::DOUBLE AS longest_run_seconds,
  published_at::DATE - n::INT AS date_day
FROM quality.publication, range(0, 5) AS numbers(n)
WHERE as_of_date IS NOT NULL;
