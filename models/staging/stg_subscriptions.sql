MODEL (
  name staging.stg_subscriptions,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain subscription_id,
  references (
    customer_id
  ),
  audits (
    not_null(columns := (subscription_id, customer_id, monthly_amount, started_date)),
    unique_values(columns := (
      subscription_id
    )),
    rows_conserved(checked_model := staging.checked_subscriptions),
    rejected_share_below(checked_model := staging.checked_subscriptions)
  ),
  description 'Recurring subscriptions at their latest version, also those that ended or are yet to start. One row per subscription. Answers: who pays how much a month, since when and until when?',
  column_descriptions (
    subscription_id = 'The shop''s id of the subscription',
    customer_id = 'The shop''s id of the customer',
    plan_name = 'Plan',
    monthly_amount = 'Amount per month in the reporting currency',
    has_end = 'The end is known; it may lie ahead',
    started_date = 'Day it starts in the business time zone',
    ended_date = 'Day it ends in the business time zone',
    started_at = 'When it starts, UTC',
    ended_at = 'When it ends, UTC; null while it goes on',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

SELECT
  subscriptions.subscription_id::TEXT AS subscription_id,
  subscriptions.customer_id::TEXT AS customer_id,
  NULLIF(TRIM(subscriptions.plan_name), '')::TEXT AS plan_name,
  subscriptions.monthly_amount::DECIMAL(18, 2) AS monthly_amount,
  (
    NOT subscriptions.ended_at IS NULL
  )::BOOLEAN AS has_end,
  @business_date(subscriptions.started_at)::DATE AS started_date,
  @business_date(subscriptions.ended_at)::DATE AS ended_date,
  subscriptions.started_at::TIMESTAMP AS started_at,
  subscriptions.ended_at::TIMESTAMP AS ended_at,
  subscriptions.updated_at::TIMESTAMP AS updated_at
FROM raw.subscriptions AS subscriptions
INNER JOIN staging.checked_subscriptions AS checked
  ON subscriptions.subscription_id = checked.subscription_id
WHERE
  checked.rejection_reasons IS NULL
