MODEL (
  name staging.@table_name,
  kind @snapshot_kind(@is_history, event_date),
  blueprints (
    (table_name := refused_finished_days, is_history := TRUE),
    (table_name := refused_running_days, is_history := FALSE)
  ),
  owner data_team,
  cron '@daily',
  tags (staging, quarantine),
  grain (event_date, stream, row_key, reason, rejected_by),
  audits (
    not_null(columns := (stream, reason, event_date)),
    unique_combination_of_columns(columns := (event_date, stream, row_key, reason, rejected_by)),
    accepted_values("column" := rejected_by, is_in := ('staging', 'contract'))
  ),
  description 'Rows that did not enter the models, with the reason: of days that are over (refused_finished_days), and of the day of execution and later (refused_running_days), whose good rows are not staged yet. One row per day, key and reason. Read quality.rejected_rows, which is both. Answers: what was refused on a day, and why?',
  column_descriptions (
    stream = 'Raw table the row was meant for',
    row_key = 'The row''s key, parts joined by |; empty where it has none',
    reason = 'Why it was refused, several reasons of staging joined by semicolons',
    rejected_by = 'contract (at loading) or staging (business rule)',
    row_count = 'Rows refused; more than one where versions of a row, or rows without a key, were refused alike',
    event_date = 'Day the row counts for; for the contract the day it was refused'
  )
);

WITH refused_by_staging AS (
  @refused_rows(
    staging.checked_customers,
    customer_id,
    staging.checked_categories,
    category_id,
    staging.checked_products,
    product_id,
    staging.checked_campaigns,
    campaign_id,
    staging.checked_orders,
    order_id,
    staging.checked_order_items,
    (order_id, line_number),
    staging.checked_payments,
    payment_id,
    staging.checked_returns,
    return_id,
    staging.checked_reviews,
    review_id,
    staging.checked_shipments,
    shipment_id,
    staging.checked_inventory,
    (product_id, snapshot_at),
    staging.checked_campaign_touches,
    touch_id,
    staging.checked_marketing_spend,
    (spend_date, channel, campaign_id),
    staging.checked_subscriptions,
    subscription_id,
    staging.checked_web_sessions,
    session_id,
    staging.checked_fx_rates,
    (currency, rate_date),
    staging.checked_erasure_requests,
    customer_id
  )
), refused AS (
  SELECT
    stream,
    row_key,
    reason,
    'staging' AS rejected_by,
    event_date,
    event_time
  FROM refused_by_staging
  UNION ALL
  SELECT
    stream,
    COALESCE(row_key, '') AS row_key,
    reason,
    'contract' AS rejected_by,
    @business_date(rejected_at) AS event_date,
    rejected_at AS event_time
  FROM raw.rejected_rows
)
SELECT
  stream::TEXT AS stream,
  row_key::TEXT AS row_key,
  reason::TEXT AS reason,
  rejected_by::TEXT AS rejected_by,
  COUNT(*)::BIGINT AS row_count,
  event_date::DATE AS event_date
FROM refused
WHERE
  @IF(@is_history, @in_interval(event_date, event_time), @since_execution(event_date, event_time))
GROUP BY
  stream,
  row_key,
  reason,
  rejected_by,
  event_date
