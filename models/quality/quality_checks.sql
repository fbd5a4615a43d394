MODEL (
  name quality.quality_checks,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (quality, history),
  grain (table_name, check_name, arguments, date_day),
  audits (
    not_null(columns := (table_name, check_name, arguments, check_type, date_day, issues, status)),
    unique_combination_of_columns(columns := (table_name, check_name, arguments, date_day)),
    accepted_values("column" := status, is_in := ('pass', 'warn', 'fail'))
  ),
  description 'What the checks on tables of production found: every audit, as it ended when last run on a day. One row per table, check, arguments and day. Answers: which checks find something, in how many rows, since when, and what to do?',
  column_descriptions (
    table_name = 'Table that was checked',
    check_name = 'The audit',
    arguments = 'What the audit was told, such as columns and bounds; empty where nothing',
    check_type = 'completeness, uniqueness, validity, referential, freshness, volume, distribution, reconciliation or business_rule',
    judges = 'rows where it counts offending rows; table where it says one thing about all of it',
    status = 'pass; warn where it found something and does not stop the table; fail where it does',
    sample_keys = 'Keys of some offending rows, never personal data',
    recommended_action = 'What to do; null where it passes',
    rows_checked = 'Rows it looked at; null where nobody counted them',
    issues = 'Rows it found',
    issue_share = 'Rows found, of the rows checked; null where these are unknown',
    runs = 'How often it ran on the day',
    runs_with_issues = 'How often it found something on the day, before it was put right too',
    is_blocking = 'Whether it stops the table and what reads it',
    date_day = 'Day of the run, UTC',
    checked_at = 'When it was last run on that day, UTC'
  )
);

WITH newest AS (
  SELECT
    MAX(audited_at)::DATE AS last_day
  FROM quality.audit_results
  WHERE
    environment = 'prod'
), audited AS (
  SELECT
    results.model AS table_name,
    results.audit AS check_name,
    COALESCE(results.arguments, '') AS arguments,
    results.run_id,
    BOOL_OR(results.blocking::BOOLEAN) AS is_blocking,
    SUM(results.rows_checked) AS rows_checked,
    SUM(results.failed_rows) AS issues,
    MAX(results.sample_keys) AS sample_keys,
    MAX(results.audited_at) AS checked_at,
    MAX(results.audited_at)::DATE AS date_day
  FROM quality.audit_results AS results
  CROSS JOIN newest
  WHERE
    results.environment = 'prod' AND results.audited_at >= newest.last_day - @quality_history_days
  GROUP BY
    results.model,
    results.audit,
    COALESCE(results.arguments, ''),
    results.run_id
), numbered AS (
  SELECT
    *,
    COUNT(*) OVER (PARTITION BY table_name, check_name, arguments, date_day) AS runs,
    SUM(CASE WHEN issues > 0 THEN 1 ELSE 0 END) OVER (PARTITION BY table_name, check_name, arguments, date_day) AS runs_with_issues,
    ROW_NUMBER() OVER (PARTITION BY table_name, check_name, arguments, date_day ORDER BY checked_at DESC, run_id DESC) AS place
  FROM audited
), typed AS (
  SELECT
    numbered.table_name,
    numbered.check_name,
    numbered.arguments,
    numbered.sample_keys,
    numbered.rows_checked,
    numbered.issues,
    numbered.runs,
    numbered.runs_with_issues,
    numbered.is_blocking,
    numbered.date_day,
    numbered.checked_at,
    COALESCE(types.check_type, 'business_rule') AS check_type,
    COALESCE(types.judges, 'rows') AS judges
  FROM numbered
  LEFT JOIN seeds.audit_types AS types
    ON REPLACE(numbered.check_name, '_non_blocking', '') = types.audit
  WHERE
    numbered.place = 1
)
SELECT
  typed.table_name::TEXT AS table_name,
  typed.check_name::TEXT AS check_name,
  typed.arguments::TEXT AS arguments,
  typed.check_type::TEXT AS check_type,
  typed.judges::TEXT AS judges,
  CASE WHEN typed.issues = 0 THEN 'pass' WHEN typed.is_blocking THEN 'fail' ELSE 'warn' END::TEXT AS status,
  typed.sample_keys::TEXT AS sample_keys,
  CASE WHEN typed.issues > 0 THEN advice.recommended_action END::TEXT AS recommended_action,
  typed.rows_checked::BIGINT AS rows_checked,
  typed.issues::BIGINT AS issues,
  CASE
    WHEN typed.issues > typed.rows_checked
    THEN 1
    ELSE @safe_divide(typed.issues, typed.rows_checked)
  END::DOUBLE AS issue_share,
  typed.runs::BIGINT AS runs,
  typed.runs_with_issues::BIGINT AS runs_with_issues,
  typed.is_blocking::BOOLEAN AS is_blocking,
  typed.date_day::DATE AS date_day,
  typed.checked_at::TIMESTAMP AS checked_at
FROM typed
LEFT JOIN seeds.check_types AS advice
  ON typed.check_type = advice.check_type
