MODEL (
  name quality.rejection_reasons,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    quality
  ),
  grain (stream, reason, rejected_by, date_day),
  audits (
    not_null(columns := (stream, reason, rejected_by, date_day, refused_rows, recommended_action)),
    unique_combination_of_columns(columns := (stream, reason, rejected_by, date_day)),
    accepted_range("column" := refused_share, min_v := 0, max_v := 1)
  ),
  description 'Why rows were refused, each reason by itself. One row per stream, reason, refusing part and day. Answers: which reason refuses how many rows, of which stream, since when, for which keys, and what to do?',
  column_descriptions (
    stream = 'Raw table the rows were meant for',
    reason = 'One reason; a row refused for two is counted under both',
    rejected_by = 'contract (at loading) or staging (business rule)',
    sample_keys = 'Keys of up to five of the rows; null where they have none',
    recommended_action = 'What to do',
    refused_rows = 'Rows refused for this reason',
    refused_share = 'These, of all rows of the stream refused on that day; shares of several reasons may add up to more than 1',
    date_day = 'Day the rows count for; for the contract the day it refused them'
  )
);

WITH single_reasons AS (
  SELECT
    rejected.stream,
    UNNEST(STR_SPLIT(rejected.reason, '; ')) AS reason,
    rejected.rejected_by,
    NULLIF(rejected.row_key, '') AS row_key,
    rejected.row_count,
    rejected.event_date
  FROM quality.rejected_rows AS rejected
), numbered AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY stream, reason, rejected_by, event_date ORDER BY row_key IS NULL, row_key) AS place
  FROM single_reasons
), days AS (
  SELECT
    stream,
    SUM(row_count) AS row_count,
    event_date
  FROM quality.rejected_rows
  GROUP BY
    stream,
    event_date
), reasons AS (
  SELECT
    stream,
    reason,
    rejected_by,
    @value_list(CASE WHEN place <= 5 THEN row_key END) AS sample_keys,
    SUM(row_count) AS refused_rows,
    event_date
  FROM numbered
  GROUP BY
    stream,
    reason,
    rejected_by,
    event_date
), advised AS (
  SELECT
    distinct_reasons.reason,
    advice.recommended_action,
    ROW_NUMBER() OVER (PARTITION BY distinct_reasons.reason ORDER BY advice.priority) AS place
  FROM (
    SELECT DISTINCT
      reason
    FROM reasons
  ) AS distinct_reasons
  INNER JOIN seeds.rejection_advice AS advice
    ON distinct_reasons.reason LIKE advice.reason_pattern
)
SELECT
  reasons.stream::TEXT AS stream,
  reasons.reason::TEXT AS reason,
  reasons.rejected_by::TEXT AS rejected_by,
  reasons.sample_keys::TEXT AS sample_keys,
  advised.recommended_action::TEXT AS recommended_action,
  reasons.refused_rows::BIGINT AS refused_rows,
  @safe_divide(reasons.refused_rows, days.row_count)::DOUBLE AS refused_share,
  reasons.event_date::DATE AS date_day
FROM reasons
INNER JOIN days
  ON reasons.stream = days.stream AND reasons.event_date = days.event_date
INNER JOIN advised
  ON reasons.reason = advised.reason AND advised.place = 1
