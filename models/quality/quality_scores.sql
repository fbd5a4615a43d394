MODEL (
  name quality.quality_scores,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (quality, history),
  grain table_name,
  audits (
    not_null(columns := (table_name, score, grade)),
    unique_values(columns := (
      table_name
    )),
    accepted_range("column" := score, min_v := 0, max_v := 100)
  ),
  description 'How good each table is, as its checks last found it: 0 to 100, weighted by type of check. One row per table that is checked, and one named overall. Answers: can this table be relied on, which kind of check pulls it down, and how good is all of it? How it is computed is told in docs/quality.md.',
  column_descriptions (
    table_name = 'The table; overall stands for all of them',
    grade = 'excellent, good or poor',
    score = 'Weighted mean of the types of checks it has, 0 to 100',
    completeness = 'Values and rows that are there, 0 to 1; null without such checks, as of the other types',
    uniqueness = 'Keys that occur once',
    validity = 'Values in their range, list or form; of raw tables also the rows not refused',
    referential = 'Keys that their parent knows',
    freshness = 'Latest days that are recent',
    volume = 'Numbers of rows within bounds',
    distribution = 'Values spread as usual',
    reconciliation = 'Agreement with other tables',
    business_rule = 'Rules of this business that hold',
    checks = 'Checks that count',
    failed_checks = 'Of these, those that found something and stop the table',
    warned_checks = 'Those that found something and do not',
    last_checked_at = 'When it was last checked, UTC'
  )
);

WITH newest AS (
  SELECT
    MAX(date_day) AS last_day
  FROM quality.quality_checks
), last_days AS (
  SELECT
    table_name,
    MAX(date_day) AS last_day
  FROM quality.quality_checks
  GROUP BY
    table_name
), current_checks AS (
  SELECT
    checks.table_name,
    checks.check_type,
    checks.status,
    CASE
      WHEN checks.status = 'pass'
      THEN 1.0
      WHEN checks.status = 'fail' OR checks.judges = 'table' OR checks.issue_share IS NULL
      THEN 0.0
      ELSE 1.0 - checks.issue_share
    END AS share,
    checks.checked_at
  FROM quality.quality_checks AS checks
  INNER JOIN last_days
    ON checks.table_name = last_days.table_name AND checks.date_day = last_days.last_day
  CROSS JOIN newest
  WHERE
    checks.date_day > newest.last_day - @stale_check_days
    OR checks.table_name LIKE 'seeds.%'
    OR checks.table_name LIKE 'raw.%'
), measured AS (
  SELECT
    table_name,
    check_type,
    status,
    share,
    checked_at
  FROM current_checks
  UNION ALL
  SELECT
    'raw.' || stream AS table_name,
    'completeness' AS check_type,
    'pass' AS status,
    completeness_share AS share,
    NULL::TIMESTAMP AS checked_at
  FROM quality.source_quality
  WHERE
    NOT completeness_share IS NULL
  UNION ALL
  SELECT
    'raw.' || stream AS table_name,
    'validity' AS check_type,
    'pass' AS status,
    validity_share AS share,
    NULL::TIMESTAMP AS checked_at
  FROM quality.source_quality
  WHERE
    NOT validity_share IS NULL
), types AS (
  SELECT
    table_name,
    check_type,
    AVG(share) AS share,
    COUNT(*) AS checks,
    SUM(CASE WHEN status = 'fail' THEN 1 ELSE 0 END) AS failed_checks,
    SUM(CASE WHEN status = 'warn' THEN 1 ELSE 0 END) AS warned_checks,
    MAX(checked_at) AS last_checked_at
  FROM measured
  GROUP BY
    table_name,
    check_type
), with_overall AS (
  SELECT
    table_name,
    check_type,
    share,
    checks,
    failed_checks,
    warned_checks,
    last_checked_at
  FROM types
  UNION ALL
  SELECT
    'overall' AS table_name,
    check_type,
    AVG(share) AS share,
    SUM(checks) AS checks,
    SUM(failed_checks) AS failed_checks,
    SUM(warned_checks) AS warned_checks,
    MAX(last_checked_at) AS last_checked_at
  FROM types
  GROUP BY
    check_type
), scored AS (
  SELECT
    table_name,
    100 * SUM(share * @value_named(check_type, @quality_weights)) / NULLIF(SUM(@value_named(check_type, @quality_weights)), 0) AS score,
    MAX(CASE WHEN check_type = 'completeness' THEN share END) AS completeness,
    MAX(CASE WHEN check_type = 'uniqueness' THEN share END) AS uniqueness,
    MAX(CASE WHEN check_type = 'validity' THEN share END) AS validity,
    MAX(CASE WHEN check_type = 'referential' THEN share END) AS referential,
    MAX(CASE WHEN check_type = 'freshness' THEN share END) AS freshness,
    MAX(CASE WHEN check_type = 'volume' THEN share END) AS volume,
    MAX(CASE WHEN check_type = 'distribution' THEN share END) AS distribution,
    MAX(CASE WHEN check_type = 'reconciliation' THEN share END) AS reconciliation,
    MAX(CASE WHEN check_type = 'business_rule' THEN share END) AS business_rule,
    SUM(checks) AS checks,
    SUM(failed_checks) AS failed_checks,
    SUM(warned_checks) AS warned_checks,
    MAX(last_checked_at) AS last_checked_at
  FROM with_overall
  GROUP BY
    table_name
)
SELECT
  table_name::TEXT AS table_name,
  @band(score, @quality_grades)::TEXT AS grade,
  score::DOUBLE AS score,
  completeness::DOUBLE AS completeness,
  uniqueness::DOUBLE AS uniqueness,
  validity::DOUBLE AS validity,
  referential::DOUBLE AS referential,
  freshness::DOUBLE AS freshness,
  volume::DOUBLE AS volume,
  distribution::DOUBLE AS distribution,
  reconciliation::DOUBLE AS reconciliation,
  business_rule::DOUBLE AS business_rule,
  checks::BIGINT AS checks,
  failed_checks::BIGINT AS failed_checks,
  warned_checks::BIGINT AS warned_checks,
  last_checked_at::TIMESTAMP AS last_checked_at
FROM scored
