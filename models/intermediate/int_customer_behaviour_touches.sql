MODEL (
  name intermediate.int_customer_behaviour_touches,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (window_end_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner customer_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (customer_id, window_end_date),
  references (
    customer_id
  ),
  audits (
    not_null(columns := (customer_id, window_end_date, touch_count, answered_touch_count)),
    unique_combination_of_columns(columns := (customer_id, window_end_date)),
    forall(criteria := (touch_count > 0, answered_touch_count BETWEEN 0 AND touch_count))
  ),
  description 'Touches of campaigns whose attribution window is over, and after how many of them the customer ordered within it. A touch is a campaign that was sent to a customer, opened or clicked on a day; to be assigned to one, or held out, is none. One row per customer and day on which windows ended; empty without campaigns. Answers: does a customer order when a campaign speaks?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    touch_count = 'Touches',
    answered_touch_count = 'Touches with a valid sale of the customer within attribution_window_days after them',
    window_end_date = 'Day on which the windows of the touches ended: attribution_window_days after the touch'
  )
);

WITH touches AS (
  SELECT
    customer_id,
    campaign_id,
    touched_date,
    MIN(touched_at) AS touched_at
  FROM staging.stg_campaign_touches
  WHERE
    touch_type <> 'assigned'
    AND NOT is_holdout
    AND (
      touched_date + @attribution_window_days
    )::DATE BETWEEN @start_ds::DATE AND @end_ds::DATE
  GROUP BY
    customer_id,
    campaign_id,
    touched_date
), sales AS (
  SELECT
    customer_id,
    ordered_at
  FROM intermediate.int_orders
  WHERE
    is_valid_sale
    AND NOT is_guest
    AND order_date BETWEEN (
      @start_ds::DATE - @attribution_window_days
    )::DATE AND @end_ds::DATE
), answered_touches AS (
  SELECT
    touches.customer_id,
    touches.campaign_id,
    touches.touched_date,
    COUNT(sales.ordered_at) AS sale_count
  FROM touches
  LEFT JOIN sales
    ON touches.customer_id = sales.customer_id
    AND sales.ordered_at >= touches.touched_at
    AND sales.ordered_at < touches.touched_at + @attribution_window_days * INTERVAL '1' DAY
  GROUP BY
    touches.customer_id,
    touches.campaign_id,
    touches.touched_date
)
SELECT
  customer_id::TEXT AS customer_id,
  COUNT(*)::BIGINT AS touch_count,
  SUM(CASE WHEN sale_count > 0 THEN 1 ELSE 0 END)::BIGINT AS answered_touch_count,
  (
    touched_date + @attribution_window_days
  )::DATE AS window_end_date
FROM answered_touches
GROUP BY
  customer_id,
  touched_date
