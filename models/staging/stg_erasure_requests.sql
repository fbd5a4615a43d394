MODEL (
  name staging.stg_erasure_requests,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain customer_id,
  audits (
    not_null(columns := (customer_id, requested_date)),
    unique_values(columns := (
      customer_id
    )),
    rows_conserved(checked_model := staging.checked_erasure_requests),
    rejected_share_below(checked_model := staging.checked_erasure_requests)
  ),
  description 'Who asked to be forgotten. One row per customer; a request counts whether or not the customer is known and whatever its time says. Answers: who is to be erased, and since when?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    requested_date = 'Day of the request in the business time zone; where its time is implausible, the day of loading',
    requested_at = 'When it was asked for, UTC'
  )
);

SELECT
  requests.customer_id::TEXT AS customer_id,
  checked.event_date::DATE AS requested_date,
  requests.requested_at::TIMESTAMP AS requested_at
FROM raw.erasure_requests AS requests
INNER JOIN staging.checked_erasure_requests AS checked
  ON requests.customer_id = checked.customer_id
WHERE
  checked.rejection_reasons IS NULL
