MODEL (
  name quality.rejected_rows,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (
    quality
  ),
  grain (event_date, stream, row_key, reason, rejected_by),
  audits (
    unique_combination_of_columns(columns := (event_date, stream, row_key, reason, rejected_by))
  ),
  description 'Rows that did not enter the models, with the reason. One row per day, key and reason, several reasons of staging joined by semicolons: the contract refuses at loading what has not the agreed form, staging what breaks a business rule. Never with the content of the row. Answers: what was refused, why, and is it getting worse?',
  column_descriptions (
    stream = 'Raw table the row was meant for',
    row_key = 'The row''s key, parts joined by |; empty where it has none',
    reason = 'Why it was refused',
    rejected_by = 'contract (at loading) or staging (business rule)',
    row_count = 'Rows refused; more than one where versions of a row, or rows without a key, were refused alike',
    event_date = 'Day the row counts for; for the contract the day it was refused'
  )
);

SELECT
  stream::TEXT AS stream,
  row_key::TEXT AS row_key,
  reason::TEXT AS reason,
  rejected_by::TEXT AS rejected_by,
  row_count::BIGINT AS row_count,
  event_date::DATE AS event_date
FROM staging.refused_finished_days
UNION ALL
SELECT
  stream::TEXT AS stream,
  row_key::TEXT AS row_key,
  reason::TEXT AS reason,
  rejected_by::TEXT AS rejected_by,
  row_count::BIGINT AS row_count,
  event_date::DATE AS event_date
FROM staging.refused_running_days
