MODEL (
  name intermediate.int_customer_days,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (customer_id, order_date),
  references (
    customer_id
  ),
  audits (
    not_null(columns := (customer_id, order_date, order_count, spent_cents, new_product_count)),
    unique_combination_of_columns(columns := (customer_id, order_date)),
    accepted_range("column" := gap_days, min_v := 1),
    forall(
      criteria := (
        reordered_line_count BETWEEN 0 AND line_count,
        new_product_count <= line_count - reordered_line_count
      )
    ),
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.int_orders,
      other_column := CASE WHEN is_valid_sale AND NOT is_guest THEN net_revenue_amount END,
      other_condition := @in_interval(order_date)
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
    reordered_line_count = 'Lines of products bought before',
    positioned_line_count = 'Lines whose place in the cart is known',
    cart_position_sum = 'Sum of these places',
    new_product_count = 'Different products bought for the first time: summed up over the days, the different products so far',
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
    is_valid_sale AND NOT is_guest AND order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
), days AS (
  SELECT
    customer_id,
    order_date,
    COUNT(*) AS order_count,
    SUM(line_count) AS line_count,
    SUM(item_count) AS item_count,
    SUM(CASE WHEN used_discount THEN 1 ELSE 0 END) AS discounted_order_count,
    SUM(CASE WHEN order_value_tier = 'High' THEN 1 ELSE 0 END) AS high_value_order_count,
    SUM(CASE WHEN order_value_tier = 'Medium' THEN 1 ELSE 0 END) AS medium_value_order_count,
    SUM(CASE WHEN order_value_tier = 'Low' THEN 1 ELSE 0 END) AS low_value_order_count,
    SUM(order_hour) AS order_hour_sum,
    SUM(spent_cents) AS spent_cents,
    SUM(spent_cents * spent_cents) AS squared_spent_cents,
    SUM(spent_cents * customer_order_number) AS numbered_spent_cents,
    SUM(net_revenue_amount) AS net_revenue_amount,
    SUM(gross_margin_amount) AS gross_margin_amount,
    SUM(CASE WHEN is_first_order THEN 1 ELSE 0 END) AS first_order_count,
    MAX(days_since_prior_order) AS gap_days
  FROM orders
  GROUP BY
    customer_id,
    order_date
), lines AS (
  SELECT
    customer_id,
    order_date,
    SUM(CASE WHEN is_reorder THEN 1 ELSE 0 END) AS reordered_line_count,
    COUNT(cart_position) AS positioned_line_count,
    SUM(cart_position) AS cart_position_sum,
    COUNT(DISTINCT CASE WHEN NOT is_reorder THEN product_id END) AS new_product_count
  FROM intermediate.int_order_items
  WHERE
    is_valid_sale AND NOT is_guest AND order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  GROUP BY
    customer_id,
    order_date
)
SELECT
  days.customer_id::TEXT AS customer_id,
  days.order_count::BIGINT AS order_count,
  days.line_count::BIGINT AS line_count,
  days.item_count::BIGINT AS item_count,
  days.discounted_order_count::BIGINT AS discounted_order_count,
  days.high_value_order_count::BIGINT AS high_value_order_count,
  days.medium_value_order_count::BIGINT AS medium_value_order_count,
  days.low_value_order_count::BIGINT AS low_value_order_count,
  days.order_hour_sum::BIGINT AS order_hour_sum,
  COALESCE(lines.reordered_line_count, 0)::BIGINT AS reordered_line_count,
  COALESCE(lines.positioned_line_count, 0)::BIGINT AS positioned_line_count,
  COALESCE(lines.cart_position_sum, 0)::BIGINT AS cart_position_sum,
  COALESCE(lines.new_product_count, 0)::BIGINT AS new_product_count,
  days.spent_cents::BIGINT AS spent_cents,
  days.squared_spent_cents::BIGINT AS squared_spent_cents,
  days.numbered_spent_cents::BIGINT AS numbered_spent_cents,
  days.net_revenue_amount::DECIMAL(18, 2) AS net_revenue_amount,
  days.gross_margin_amount::DECIMAL(18, 2) AS gross_margin_amount,
  CASE WHEN days.first_order_count = 0 THEN days.gap_days END::BIGINT AS gap_days,
  days.order_date::DATE AS order_date
FROM days
LEFT JOIN lines
  ON days.customer_id = lines.customer_id AND days.order_date = lines.order_date
