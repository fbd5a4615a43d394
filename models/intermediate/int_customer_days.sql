MODEL (
  name intermediate.int_customer_days,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (customer_id, order_date),
  references (
    customer_id
  ),
  audits (
    not_null(columns := (customer_id, order_date, order_count)),
    unique_combination_of_columns(columns := (customer_id, order_date))
  ),
  description 'What each known customer bought on each day with a valid sale. One row per customer and day. The base of everything per customer over time. Answers: on which days did a customer buy, how often and for how much, and after how long?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    order_count = 'Orders',
    line_count = 'Lines',
    item_count = 'Units',
    discounted_order_count = 'Orders with a discount',
    net_revenue_amount = 'Goods after discount',
    gross_margin_amount = 'Gross margin of the orders whose cost is known; null where no cost is known',
    gap_days = 'Days since the customer''s day with an order before; null for the first',
    order_date = 'Day of the order in the business time zone'
  )
);

WITH days AS (
  SELECT
    customer_id,
    order_date,
    COUNT(*) AS order_count,
    SUM(line_count) AS line_count,
    SUM(item_count) AS item_count,
    SUM(CASE WHEN used_discount THEN 1 ELSE 0 END) AS discounted_order_count,
    SUM(net_revenue_amount) AS net_revenue_amount,
    SUM(gross_margin_amount) AS gross_margin_amount
  FROM intermediate.int_orders
  WHERE
    is_valid_sale AND NOT is_guest
  GROUP BY
    customer_id,
    order_date
)
SELECT
  customer_id::TEXT AS customer_id,
  order_count::BIGINT AS order_count,
  line_count::BIGINT AS line_count,
  item_count::BIGINT AS item_count,
  discounted_order_count::BIGINT AS discounted_order_count,
  net_revenue_amount::DECIMAL(18, 2) AS net_revenue_amount,
  gross_margin_amount::DECIMAL(18, 2) AS gross_margin_amount,
  DATE_DIFF('DAY', LAG(order_date) OVER (PARTITION BY customer_id ORDER BY order_date), order_date)::BIGINT AS gap_days,
  order_date::DATE AS order_date
FROM days
