MODEL (
  name quality.stream_days,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    quality
  ),
  grain (stream, date_day),
  audits (
    not_null(columns := (stream, date_day, row_count, rejected_count)),
    unique_combination_of_columns(columns := (stream, date_day)),
    accepted_range("column" := validity, min_v := 0, max_v := 1),
    accepted_range("column" := completeness, min_v := 0, max_v := 1)
  ),
  description 'What arrived of each stream, by the day it counts for, over the days that control charts look at. One row per stream and day, days without rows too. Answers: how many rows came, how many were refused, how full were they?',
  column_descriptions (
    stream = 'Raw table; only those whose rows have a day of their own',
    row_count = 'Rows that staging holds of the day',
    rejected_count = 'Rows of the day that were refused, by the contract or by staging',
    validity = 'Rows not refused, of all rows of the day; null without rows',
    completeness = 'Values there are, of all values of the columns that should be filled; null without rows',
    date_day = 'Day of the event, in the business time zone; for rows that the contract refused, the day it did'
  )
);

WITH bounds AS (
  SELECT
    (
      as_of_date - @control_chart_days - @control_chart_compared_days
    )::DATE AS first_day,
    (
      as_of_date - 1
    )::DATE AS last_day
  FROM intermediate.int_as_of
), staged AS (
  @stream_days(
    (
      SELECT
        first_day
      FROM bounds
    ),
    staging.stg_customers,
    signup_date,
    (country, state, subscription_tier, acquisition_channel, NULLIF(has_valid_email, FALSE)),
    staging.stg_orders,
    order_date,
    (payment_method, shipping_method, shipping_country, shipping_state),
    staging.stg_order_items,
    order_date,
    (
      cart_position
    ),
    staging.stg_payments,
    paid_date,
    (payment_method, payment_status),
    staging.stg_returns,
    returned_date,
    (product_id, reason),
    staging.stg_reviews,
    review_date,
    (
      product_id
    ),
    staging.stg_shipments,
    shipped_date,
    (carrier, region, promised_at),
    staging.stg_inventory,
    snapshot_date,
    (),
    staging.stg_campaign_touches,
    touched_date,
    (),
    staging.stg_marketing_spend,
    spend_date,
    (impressions, clicks),
    staging.stg_subscriptions,
    started_date,
    (
      plan_name
    ),
    staging.stg_web_sessions,
    session_date,
    (
      channel
    ),
    staging.stg_fx_rates,
    rate_date,
    ()
  )
), rejected AS (
  SELECT
    stream,
    event_date,
    SUM(row_count) AS rejected_count
  FROM quality.rejected_rows
  GROUP BY
    stream,
    event_date
), ranges AS (
  SELECT
    staged.stream,
    MIN(staged.date_day) AS first_day,
    bounds.last_day
  FROM staged
  CROSS JOIN bounds
  WHERE
    staged.date_day <= bounds.last_day
  GROUP BY
    staged.stream,
    bounds.last_day
), days AS (
  SELECT
    stream,
    @time_spine(first_day, last_day, 'day')::DATE AS date_day
  FROM ranges
)
SELECT
  days.stream::TEXT AS stream,
  COALESCE(staged.staged_rows, 0)::BIGINT AS row_count,
  COALESCE(rejected.rejected_count, 0)::BIGINT AS rejected_count,
  @safe_divide(
    COALESCE(staged.staged_rows, 0),
    COALESCE(staged.staged_rows, 0) + COALESCE(rejected.rejected_count, 0)
  )::DOUBLE AS validity,
  @safe_divide(staged.filled_values, staged.possible_values)::DOUBLE AS completeness,
  days.date_day::DATE AS date_day
FROM days
LEFT JOIN staged
  ON days.stream = staged.stream AND days.date_day = staged.date_day
LEFT JOIN rejected
  ON days.stream = rejected.stream AND days.date_day = rejected.event_date
