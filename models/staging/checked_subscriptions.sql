MODEL (
  name staging.checked_subscriptions,
  kind VIEW,
  owner data_team,
  cron '@weekly',
  tags (staging, quarantine),
  grain subscription_id,
  audits (
    same_row_count(table_name := raw.subscriptions)
  ),
  description 'Every raw subscription with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.subscriptions. Answers: which subscriptions does staging refuse, and why?',
  column_descriptions (
    subscription_id = 'The shop''s id of the subscription',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day of the start in the business time zone; where that lies ahead or is implausible, the day of its last update or of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  subscriptions.subscription_id,
  @rejection_reasons(
    'customer is unknown or was refused',
    customers.customer_id IS NULL OR NOT customers.rejection_reasons IS NULL,
    'monthly amount is negative',
    subscriptions.monthly_amount < 0,
    'started_at is too early',
    @is_too_early(subscriptions.started_at),
    'ends before it starts',
    subscriptions.ended_at < subscriptions.started_at
  ) AS rejection_reasons,
  @event_day(subscriptions.started_at, subscriptions.updated_at, subscriptions._loaded_at) AS event_date,
  subscriptions.started_at AS event_time
FROM raw.subscriptions AS subscriptions
LEFT JOIN staging.checked_customers AS customers
  ON subscriptions.customer_id = customers.customer_id
