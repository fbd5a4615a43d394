MODEL (
  name intermediate.int_customer_item_days,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner customer_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (customer_id, order_date),
  references (
    customer_id
  ),
  audits (
    not_null(columns := (customer_id, order_date, line_count, new_product_count)),
    unique_combination_of_columns(columns := (customer_id, order_date)),
    forall(
      criteria := (
        reordered_line_count BETWEEN 0 AND line_count,
        new_product_count <= line_count - reordered_line_count
      )
    ),
    sums_agree(
      "column" := line_count,
      other_table := intermediate.int_order_items,
      other_column := CASE WHEN is_valid_sale AND NOT is_guest THEN 1 END,
      other_condition := @in_interval(order_date)
    )
  ),
  description 'Sums over the order lines of a customer on a day, from which follows how varied and how habitual the buying is without reading all lines again. One row per customer and day with a line of a valid sale. Answers: how much of what a customer buys was bought before?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    line_count = 'Lines',
    reordered_line_count = 'Lines of products bought before',
    positioned_line_count = 'Lines whose place in the cart is known',
    cart_position_sum = 'Sum of these places',
    new_product_count = 'Different products bought for the first time: summed up over the days, the different products so far',
    order_date = 'Day of the order in the business time zone'
  )
);

SELECT
  customer_id::TEXT AS customer_id,
  COUNT(*)::BIGINT AS line_count,
  SUM(CASE WHEN is_reorder THEN 1 ELSE 0 END)::BIGINT AS reordered_line_count,
  COUNT(cart_position)::BIGINT AS positioned_line_count,
  COALESCE(SUM(cart_position), 0)::BIGINT AS cart_position_sum,
  COUNT(DISTINCT CASE WHEN NOT is_reorder THEN product_id END)::BIGINT AS new_product_count,
  order_date::DATE AS order_date
FROM intermediate.int_order_items
WHERE
  is_valid_sale AND NOT is_guest AND order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
GROUP BY
  customer_id,
  order_date
