MODEL (
  name intermediate.int_campaign_responses,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner marketing_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (campaign_id, customer_id, order_date),
  references (campaign_id, customer_id),
  audits (
    not_null(columns := (campaign_id, customer_id, order_date, order_count)),
    unique_combination_of_columns(columns := (campaign_id, customer_id, order_date))
  ),
  description 'What customers assigned to a campaign bought while its effect is measured, held out or not: from the day of their assignment to the last day of the campaign, and for the attribution window at least. One row per campaign, customer and day with a valid order. The base of uplifts. Answers: what did the customers of a campaign and those held out of it buy, and when?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign',
    customer_id = 'The shop''s id of the customer',
    order_count = 'Valid orders',
    net_revenue_amount = 'Goods after discount',
    gross_margin_amount = 'Gross margin of the orders whose cost is known; null where no cost is known',
    is_holdout = 'The customer was held out to compare with',
    order_date = 'Day of the orders in the business time zone'
  )
);

WITH purchases_of_the_time AS (
  SELECT
    campaigns.campaign_id,
    days.customer_id,
    days.order_count,
    days.net_revenue_amount,
    days.gross_margin_amount,
    campaigns.end_date,
    days.order_date
  FROM intermediate.int_customer_days AS days
  INNER JOIN intermediate.int_campaigns AS campaigns
    ON days.order_date BETWEEN campaigns.first_assigned_date AND campaigns.last_measured_date
  WHERE
    days.order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
)
SELECT
  purchases.campaign_id::TEXT AS campaign_id,
  purchases.customer_id::TEXT AS customer_id,
  purchases.order_count::BIGINT AS order_count,
  purchases.net_revenue_amount::DECIMAL(18, 2) AS net_revenue_amount,
  purchases.gross_margin_amount::DECIMAL(18, 2) AS gross_margin_amount,
  assigned.is_holdout::BOOLEAN AS is_holdout,
  purchases.order_date::DATE AS order_date
FROM purchases_of_the_time AS purchases
INNER JOIN intermediate.int_campaign_customers AS assigned
  ON purchases.campaign_id = assigned.campaign_id
  AND purchases.customer_id = assigned.customer_id
  AND assigned.is_assigned
WHERE
  purchases.order_date >= assigned.touched_date
  AND (
    purchases.order_date <= purchases.end_date
    OR purchases.order_date <= (
      assigned.touched_date + @attribution_window_days
    )::DATE
  )
