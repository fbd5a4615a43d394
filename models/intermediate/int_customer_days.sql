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
    not_null(columns := (customer_id, order_date, order_count, spent_cents)),
    unique_combination_of_columns(columns := (customer_id, order_date)),
    accepted_range("column" := gap_days, min_v := 1),
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.int_orders,
      other_column := CASE WHEN is_valid_sale AND NOT is_guest THEN net_revenue_amount END
    )
  ),
  description 'What each known customer bought on each day with a valid sale. One row per customer and day. The base of everything per customer over time. Answers: on which days did a customer buy, how often and for how much, and after how long?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    order_count = 'Orders',
    line_count = 'Lines',
    item_count = 'Units',
    discounted_order_count = 'Orders with a discount',
    high_value_order_count = 'Orders of the tier High',
    medium_value_order_count = 'Orders of the tier Medium',
    low_value_order_count = 'Orders of the tier Low',
    order_hour_sum = 'Sum of the hours of the business day in which the orders were placed',
    spent_cents = 'Net revenue in hundredths',
    squared_spent_cents = 'Sum of the squares of the net revenue of each order, in hundredths',
    numbered_spent_cents = 'Sum of the net revenue of each order times its number among the orders of the customer, in hundredths',
    net_revenue_amount = 'Goods after discount',
    gross_margin_amount = 'Gross margin of the orders whose cost is known; null where no cost is known',
    gap_days = 'Days since the customer''s day with an order before; null for the first',
    order_date = 'Day of the order in the business time zone'
  )
);

WITH orders AS (
  SELECT
    customer_id,
    order_date,
    order_value_tier,
    line_count,
    item_count,
    order_hour,
    customer_order_number,
    days_since_prior_order,
    used_discount,
    is_first_order,
    net_revenue_amount,
    gross_margin_amount,
    ROUND(net_revenue_amount * 100)::BIGINT AS spent_cents
  FROM intermediate.int_orders
  WHERE
    is_valid_sale AND NOT is_guest
)
SELECT
  customer_id::TEXT AS customer_id,
  COUNT(*)::BIGINT AS order_count,
  SUM(line_count)::BIGINT AS line_count,
  SUM(item_count)::BIGINT AS item_count,
  SUM(CASE WHEN used_discount THEN 1 ELSE 0 END)::BIGINT AS discounted_order_count,
  SUM(CASE WHEN order_value_tier = 'High' THEN 1 ELSE 0 END)::BIGINT AS high_value_order_count,
  SUM(CASE WHEN order_value_tier = 'Medium' THEN 1 ELSE 0 END)::BIGINT AS medium_value_order_count,
  SUM(CASE WHEN order_value_tier = 'Low' THEN 1 ELSE 0 END)::BIGINT AS low_value_order_count,
  SUM(order_hour)::BIGINT AS order_hour_sum,
  SUM(spent_cents)::BIGINT AS spent_cents,
  SUM(spent_cents * spent_cents)::BIGINT AS squared_spent_cents,
  SUM(spent_cents * customer_order_number)::BIGINT AS numbered_spent_cents,
  SUM(net_revenue_amount)::DECIMAL(18, 2) AS net_revenue_amount,
  SUM(gross_margin_amount)::DECIMAL(18, 2) AS gross_margin_amount,
  CASE WHEN SUM(CASE WHEN is_first_order THEN 1 ELSE 0 END) = 0 THEN MAX(days_since_prior_order) END::BIGINT AS gap_days,
  order_date::DATE AS order_date
FROM orders
GROUP BY
  customer_id,
  order_date
