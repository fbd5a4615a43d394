MODEL (
  name intermediate.int_channel_months,
  kind FULL,
  owner marketing_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (channel, acquisition_month, months_since),
  audits (
    not_null(columns := (channel, acquisition_month, months_since, net_revenue_amount)),
    unique_combination_of_columns(columns := (channel, acquisition_month, months_since)),
    accepted_range("column" := months_since, min_v := 0),
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.int_customer_months,
      other_column := net_revenue_amount
    )
  ),
  description 'What the customers won through a channel in a month bought since. Won is who has a first valid order, in the month of that order. One row per channel, month of acquisition and month since, if anything was bought in it. The base of payback. Answers: how many customers did a channel win in a month, and what did they bring month by month?',
  column_descriptions (
    channel = 'Channel that brought the customers; unknown where the shop does not say',
    months_since = 'Calendar months since the acquisition, from 0',
    new_customer_count = 'Customers won, in their month 0 only',
    buyer_count = 'Customers who bought in the month',
    order_count = 'Valid orders',
    net_revenue_amount = 'Goods after discount',
    gross_margin_amount = 'Gross margin of the orders whose cost is known; null where no cost is known',
    acquisition_month = 'First day of the month of the first orders'
  )
);

WITH numbered AS (
  SELECT
    COALESCE(customers.acquisition_channel, 'unknown') AS channel,
    months.cohort_month AS acquisition_month,
    months.months_since_first_order AS months_since,
    months.order_count,
    months.net_revenue_amount,
    months.gross_margin_amount
  FROM intermediate.int_customer_months AS months
  LEFT JOIN staging.stg_customers AS customers
    ON months.customer_id = customers.customer_id
)
SELECT
  channel::TEXT AS channel,
  months_since::BIGINT AS months_since,
  SUM(CASE WHEN months_since = 0 THEN 1 ELSE 0 END)::BIGINT AS new_customer_count,
  COUNT(*)::BIGINT AS buyer_count,
  SUM(order_count)::BIGINT AS order_count,
  SUM(net_revenue_amount)::DECIMAL(18, 2) AS net_revenue_amount,
  SUM(gross_margin_amount)::DECIMAL(18, 2) AS gross_margin_amount,
  acquisition_month::DATE AS acquisition_month
FROM numbered
GROUP BY
  channel,
  months_since,
  acquisition_month
